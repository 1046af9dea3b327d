import SignetTesting
import Testing

@testable import JOSE

@Suite struct KeyFileTotalityTests {
  /// DER comes from files that people were sent.
  @Test func `T21 no bytes trap the readers of key files`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let samples = try [SignatureAlgorithm.es256, .es512, .ed25519, .rs256].flatMap { algorithm in
      [try TestKeys.jwk(algorithm).privateDER(), try TestKeys.jwk(algorithm).publicDER()]
    }
    for round in 0..<2400 {
      var der = samples[round % samples.count]
      for _ in 0...(random.next() % 3) {
        let index = Int(random.next() % UInt64(min(der.count, 48)))
        switch random.next() % 4 {
        case 0: der[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: der[index] ^= 1 << UInt8(random.next() % 8)
        case 2: der.removeSubrange(index...)
        default: der.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
        }
        if der.isEmpty { break }
      }
      let code = refusal { try JWK(der: der, algorithm: nil) }
      let expected: [JOSEError.Code?] = [nil, .invalidKey, .weakKey, .unsupportedAlgorithm]
      #expect(expected.contains(code), seed.comment)
    }
  }
}
