import SignetTesting
import Testing

@testable import JOSE

@Suite struct DeflateTests {
  /// 300 bytes that zlib compressed with codes of their own.
  private static let dynamic = """
    1550c90d002008fb3305abb59463ff09acc604c55e88ce3b107555c3030a9164bbb9c53d34820046ae032e044365caf8c000\
    331463c426b18c5d05956e59262ac54eabeef1f3157bb3f6b3e041b6aaf52b37bbdb00cbff7ea41dc46c966dd50b5e66acfc\
    76dfbc922d88ae24a43e43dbd4811a89d3c71369c96f7f47b3ae1dcad350183a467997af5eff131c5e68e64700ceb51a8f82\
    b955410f
    """

  /// What zlib writes, by each of its strategies: stored, fixed and dynamic codes.
  @Test func `what zlib compressed inflates`() throws {
    let text = "to be, or not to be: that is the question: to be, or not to be: that is the question"
    let samples = [
      "015400abff746f2062652c206f72206e6f7420746f2062653a207468617420697320746865207175657374696f"
        + "6e3a20746f2062652c206f72206e6f7420746f2062653a207468617420697320746865207175657374696f6e",
      "2bc957484ad551c82f52c8cb2f512801f1ac144a32124b14328b8174aa4261696a7149667e9e15449218a500",
    ]
    for sample in samples {
      #expect(try Inflate.bytes(from: Hex.bytes(sample), maximumBytes: 1000) == Array(text.utf8))
    }
    let dynamic = try Inflate.bytes(from: Hex.bytes(Self.dynamic), maximumBytes: 300)
    #expect(dynamic.count == 300)
    #expect(dynamic.starts(with: Array("ae hhabachccfbhaaca\n bbehhagcbghaea".utf8)))
    #expect(try Inflate.bytes(from: Hex.bytes("0300"), maximumBytes: 0) == [])
  }

  @Test func `what was compressed inflates to the same`() throws {
    var random = SplitMix64(seed: 7516)
    for _ in 0..<300 {
      let count = Int(random.next() % 2000)
      // From noise to long repetitions.
      let mask = UInt8(truncatingIfNeeded: [0xFF, 0x0F, 0x03, 0x01, 0x00][Int(random.next() % 5)])
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) & mask }
      #expect(try Inflate.bytes(from: Deflate.bytes(from: bytes), maximumBytes: count) == bytes)
      guard count > 0 else { continue }
      let code = refusal { try Inflate.bytes(from: Deflate.bytes(from: bytes), maximumBytes: count - 1) }
      #expect(code == .tooLarge)
    }
    // Repetitions at the ends of the range of distances.
    for gap in [32_765, 32_768, 32_769, 40_000] {
      let noise = (0..<gap).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let bytes = noise + noise.prefix(600)
      #expect(try Inflate.bytes(from: Deflate.bytes(from: bytes), maximumBytes: bytes.count) == bytes)
    }
  }

  @Test func `a text of claims loses about half`() {
    let claims = String(repeating: #"{"iss":"https://issuer.example","sub":"account"},"#, count: 4)
    #expect(Deflate.bytes(from: Array(claims.utf8)).count < claims.utf8.count / 2)
  }

  @Test func `what is no DEFLATE is refused`() {
    let bad = [
      "", "07", "05", "00", "01", "010000", "0100000000", "0101000000", "010100feff", "03", "030000",
      "030003",
      // A distance before the start; the symbols 286 and 30; a block of more codes than there are.
      "030200", "1b03", "63003e", "fdff1f",
    ]
    for text in bad {
      let code = refusal { try Inflate.bytes(from: Hex.bytes(text), maximumBytes: 100) }
      #expect(code == .malformedToken, "\(text)")
    }
  }

  @Test func `T21 no bytes make the inflater trap, or give more than the limit`() {
    var random = SplitMix64(seed: 1951)
    let good = Deflate.bytes(from: Array("to be, or not to be: that is the question".utf8))
    let dynamic = Hex.bytes(Self.dynamic)
    for round in 0..<20_000 {
      var bytes = round % 3 == 0 ? good : round % 3 == 1 ? dynamic : []
      if bytes.isEmpty {
        bytes = (0..<Int(random.next() % 60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      } else {
        for _ in 0...Int(random.next() % 3) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      do {
        #expect(try Inflate.bytes(from: bytes, maximumBytes: 500).count <= 500)
      } catch {
        #expect(error.code == .malformedToken || error.code == .tooLarge)
      }
    }
  }
}
