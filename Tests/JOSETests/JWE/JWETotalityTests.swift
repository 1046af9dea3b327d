import SignetTesting
import Testing

@testable import JOSE

@Suite struct JWETotalityTests {
  @Test func `T21 no bytes trap the readers of encrypted tokens`() throws {
    let seed: UInt64 = 7518
    var random = SplitMix64(seed: seed)
    let policy = try DecryptionPolicy(
      allowing: Set(ContentEncryptionAlgorithm.allCases), allowsCompression: true)
    let algorithms: [KeyManagementAlgorithm] = [.a128KW, .a256GCMKW, .ecdhES, .ecdhESA256KW, .direct]
    let plaintext = Array("to be, or not to be: that is the question: to be, or not to be".utf8)
    for algorithm in algorithms {
      let fixture = EncryptionFixtures.first(algorithm)
      let key = try fixture.decryptionKey()
      let compact = Array(
        try CompactJWE.encrypt(
          plaintext, with: fixture.encryptionKey(), encryption: fixture.encryptions.first, isCompressed: true
        ).utf8)
      let json = Array(
        try JSONJWE.encrypt(
          plaintext, to: [fixture.encryptionKey()], encryption: fixture.encryptions.first, isCompressed: true
        ).utf8)
      for _ in 0..<400 {
        let changedCompact = random.changed(compact)
        let changedJSON = random.changed(json)
        var accepted: [[UInt8]] = []
        do {
          accepted.append(try CompactJWE(changedCompact).decrypt(with: key, policy: policy))
        } catch {
          #expect(!error.detail.isEmpty)
        }
        do {
          accepted.append(try JSONJWE(changedJSON).decrypt(with: key, policy: policy).plaintext)
        } catch {
          #expect(!error.detail.isEmpty)
        }
        // A change of white space or of a member that nobody reads leaves the content as it was; nothing
        // else.
        for content in accepted { #expect(content == plaintext, "seed \(seed)") }
      }
    }
  }
}

extension SplitMix64 {
  /// `bytes` with one to three places changed, taken away or put in.
  fileprivate mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int(next() % 3) {
      let place = Int(next() % UInt64(bytes.count))
      switch next() % 4 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
      case 1: bytes[place] ^= 1 << UInt8(next() % 7)
      case 2: bytes.remove(at: place)
      default: bytes.insert(UInt8(ascii: ".") + UInt8(next() % 80), at: place)
      }
    }
    return bytes
  }
}
