import Crypto
import Testing

@testable import JOSE

@Suite struct KeyedHashTests {
  @Test(arguments: [1, 16, 31, 32, 63, 64, 65, 127, 128, 129, 200, 1024])
  func `a prepared key gives the codes that HMAC gives, whether longer than a block or not`(count: Int) {
    let key = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    check(SHA256.self, key)
    check(SHA384.self, key)
    check(SHA512.self, key)
  }

  private func check<Hash: HashFunction>(_ hash: Hash.Type, _ key: [UInt8])
  where Hash.Digest: DigestBytes {
    let prepared = KeyedHash<Hash>(key: key)
    for size in [0, 1, 63, 64, 300] {
      let message = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
      let code = Array(HMAC<Hash>.authenticationCode(for: message, using: SymmetricKey(data: key)))
      #expect(prepared.code(over: message[...]) == code)
      let others = code.indices.map { place in code.enumerated().map { $0 == place ? $1 ^ 1 : $1 } }
      for (other, isCode) in others.map({ ($0, false) }) + [(code, true), (Array(code.dropLast()), false)] {
        let verdict = prepared.isCode(other.span, over: message[...])
        #expect(verdict == isCode)
      }
    }
  }
}
