import SignetTesting
import Testing

@testable import JOSE

@Suite struct Base64URLTests {
  /// RFC 4648 §10, without padding, and the two characters of the URL alphabet.
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"), ("\u{03FF}\u{03FF}~", "z7_Pv34"), ("~\u{00BE}>", "fsK-Pg"),
  ])
  func `a value has the spelling of RFC 4648 without padding`(text: String, spelling: String) throws {
    #expect(Base64URL.encode(text.utf8) == spelling)
    #expect(try Base64URL.decode(spelling) == Array(text.utf8))
  }

  @Test(arguments: [
    "Zg==", "Zm8=", "Zm9v=", "Z", "Zm9vY", "Zm9+", "Zm9/", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v ", "Zm\t9",
    "Zm9é", "Zm\u{0}v", "Zm9vYmF*", "Zm9v.", "====",
  ])
  func `T7 no padding, no foreign alphabet and no white space`(text: String) {
    #expect(refusal { try Base64URL.decode(text) } == .malformedBase64URL)
  }

  @Test func `T7 every value has exactly one spelling`() throws {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    for count in 2...3 {
      var accepted: [[UInt8]: Int] = [:]
      for last in alphabet {
        let text = Array("Zm".utf8.prefix(count - 1)) + [last]
        do {
          accepted[try Base64URL.decode(text.span), default: 0] += 1
        } catch {
          #expect(error.code == .malformedBase64URL)
        }
      }
      // 4 or 16 of the 64 last characters leave no bit over.
      #expect(accepted.count == (count == 2 ? 4 : 16))
      #expect(accepted.values.allSatisfy { $0 == 1 })
    }
  }

  @Test func `the error tells the place and not the text`() {
    let detail = refusalDetail { try Base64URL.decode("c2VjcmV0$mMK") }
    #expect(detail?.contains("offset 8") == true)
    #expect(detail?.contains("c2VjcmV0") == false)
  }

  @Test func `any bytes come back`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    for count in 0..<300 {
      let bytes = random.bytes(count)
      let text = Base64URL.encode(bytes)
      #expect(text.utf8.count == Base64URL.encodedCount(count), seed.comment)
      #expect(try Base64URL.decode(text) == bytes, seed.comment)
    }
  }

  @Test func `encoding appends to what is there`() {
    var text = Array("a.".utf8)
    Base64URL.encode(Array("fo".utf8).span, into: &text)
    #expect(String(decoding: text, as: UTF8.self) == "a.Zm8")
  }
}
