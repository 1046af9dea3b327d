import Crypto
import Testing

@testable import JOSE

@Suite struct DecryptionPolicyTests {
  @Test func `only an enc that is allowed is decrypted`() throws {
    let jwk = try JWK.generate(.a128KW)
    let key = try DecryptionKey(jwk)
    for encryption in ContentEncryptionAlgorithm.allCases {
      let token = try CompactJWE.encrypt([1], with: EncryptionKey(jwk), encryption: encryption)
      let jwe = try CompactJWE(Array(token.utf8))
      let others = Set(ContentEncryptionAlgorithm.allCases).subtracting([encryption])
      #expect(try jwe.decrypt(with: key, policy: DecryptionPolicy(allowing: [encryption])) == [1])
      #expect(
        refusal { try jwe.decrypt(with: key, policy: DecryptionPolicy(allowing: others)) }
          == .unsupportedAlgorithm)
    }
  }

  @Test func `T16 compression is off unless it is asked for`() throws {
    let jwk = try JWK.generate(.a128KW)
    let plaintext = Array("to be or not to be, that is the question: to be or not to be".utf8)
    let token = try CompactJWE.encrypt(plaintext, with: EncryptionKey(jwk), isCompressed: true)
    let jwe = try CompactJWE(Array(token.utf8))
    let strict = try DecryptionPolicy(allowing: [.a256GCM])
    #expect(refusal { try jwe.decrypt(with: DecryptionKey(jwk), policy: strict) } == .unsupportedAlgorithm)
    let open = try DecryptionPolicy(allowing: [.a256GCM], allowsCompression: true)
    #expect(try jwe.decrypt(with: DecryptionKey(jwk), policy: open) == plaintext)
  }

  @Test func `T16 compressed content inflates to so many bytes, and not to one more`() throws {
    let jwk = try JWK.generate(.a128KW)
    let key = try DecryptionKey(jwk)
    for limit in [1, 1000, 250_000] {
      let policy = try DecryptionPolicy(
        allowing: [.a256GCM], allowsCompression: true, maximumInflatedBytes: limit)
      let token = try bomb(limit, jwk)
      #expect(try CompactJWE(token).decrypt(with: key, policy: policy).count == limit)
      #expect(
        refusal { try CompactJWE(bomb(limit + 1, jwk)).decrypt(with: key, policy: policy) } == .tooLarge)
    }
    let policy = try EncryptionFixtures.permissivePolicy()
    let large = try bomb(10_000_000, jwk)
    #expect(large.count < 100_000)
    #expect(
      refusal { try CompactJWE(large, maximumBytes: 100_000).decrypt(with: key, policy: policy) } == .tooLarge
    )
    #expect(
      refusal {
        try CompactJWE.encrypt(
          [UInt8](repeating: 0, count: 250_001), with: EncryptionKey(jwk), isCompressed: true)
      } == .tooLarge)
  }

  @Test func `T16 a password is off unless it is asked for`() throws {
    let password = try EncryptionPassword("correct horse")
    let token = try CompactJWE.encrypt([1], with: EncryptionKey(password: password, iterations: 1000))
    let jwe = try CompactJWE(Array(token.utf8))
    let key = try DecryptionKey(password: password)
    let strict = try DecryptionPolicy(allowing: [.a256GCM])
    #expect(refusal { try jwe.decrypt(with: key, policy: strict) } == .unsupportedAlgorithm)
    let open = try DecryptionPolicy(allowing: [.a256GCM], passwordIterations: 1000...1000)
    #expect(try jwe.decrypt(with: key, policy: open) == [1])
  }

  @Test func `T16 an iteration count lies within the policy's range`() throws {
    let password = try EncryptionPassword("correct horse")
    let key = try DecryptionKey(password: password)
    let policy = try EncryptionFixtures.permissivePolicy()
    let cases: [(Int64, JOSEError.Code?)] = [
      (1, .weakKey), (999, .weakKey), (1000, nil), (1_200_001, .tooLarge), (Int64(Int32.max) + 1, .tooLarge),
      (.max, .tooLarge),
    ]
    for (count, code) in cases {
      #expect(
        refusal { try CompactJWE(token(password, count)).decrypt(with: key, policy: policy) } == code,
        "\(count)")
    }
    let narrow = try DecryptionPolicy(allowing: [.a128GCM], passwordIterations: 2000...3000)
    for (count, code) in [(1999, .weakKey), (2000, nil), (3000, nil), (3001, JOSEError.Code.tooLarge)] {
      #expect(
        refusal { try CompactJWE(token(password, Int64(count))).decrypt(with: key, policy: narrow) } == code)
    }
  }

  @Test func `T16 all counts of a JSON serialization that are tried count together`() throws {
    let passwords = try ["password one", "password two"].map { try EncryptionPassword($0) }
    let text = try JSONJWE.encrypt(
      [1], to: passwords.map { try EncryptionKey(password: $0, iterations: 1500) })
    let jwe = try JSONJWE(Array(text.utf8))
    let key = try DecryptionKey(password: passwords[1])
    let narrow = try DecryptionPolicy(allowing: [.a256GCM], passwordIterations: 1000...2999)
    #expect(refusal { try jwe.decrypt(with: key, policy: narrow) } == .tooLarge)
    let wide = try DecryptionPolicy(allowing: [.a256GCM], passwordIterations: 1000...3000)
    #expect(try jwe.decrypt(with: key, policy: wide).recipientIndex == 1)
  }

  @Test func `T16 more counts than any reader takes are not written`() throws {
    func encrypt(_ iterations: [Int]) throws -> JOSEError.Code? {
      let keys = try iterations.map {
        try EncryptionKey(password: EncryptionPassword("password"), iterations: $0)
      }
      return refusal { try JSONJWE.encrypt([1], to: keys) }
    }
    #expect(try encrypt([600_001, 600_000]) == .invalidPolicy)
    #expect(try encrypt([1000, 1000]) == nil)
  }

  @Test func `a policy cannot allow what the rules refuse`() {
    #expect(refusal { try DecryptionPolicy(allowing: []) } == .invalidPolicy)
    for bytes in [-1, 0, 250_001] {
      #expect(
        refusal { try DecryptionPolicy(allowing: [.a128GCM], maximumInflatedBytes: bytes) } == .invalidPolicy)
    }
    for range in [999...1000, 1000...1_200_001, 1...1, 2_000_000...3_000_000] {
      #expect(
        refusal { try DecryptionPolicy(allowing: [.a128GCM], passwordIterations: range) } == .invalidPolicy)
    }
    #expect(
      refusal { try DecryptionPolicy(allowing: [.a128GCM], passwordIterations: 1000...1_200_000) } == nil)
  }

  /// A token whose content inflates to `count` bytes.
  private func bomb(_ count: Int, _ jwk: JWK) throws -> [UInt8] {
    let contentKey = FreshBytes.key(32)
    let wrapped = try AESKeyWrap.wrap(contentKey, under: .init(data: TestKeys.bytes("k", of: jwk)))
    return try ForgedJWE.token(
      header: #"{"alg":"A128KW","enc":"A256GCM","zip":"DEF"}"#, encryptedKey: wrapped, contentKey: contentKey,
      encryption: .a256GCM, plaintext: Deflate.bytes(from: [UInt8](repeating: 0x20, count: count)))
  }

  /// A token under a password's key of `count` iterations, which is good where that is computed at all.
  private func token(_ password: EncryptionPassword, _ count: Int64) throws -> [UInt8] {
    let salt = [UInt8](repeating: 5, count: 16)
    let contentKey = FreshBytes.key(16)
    let wrapping = try PasswordKeyDerivation.hs512A256KW.key(
      from: password.bytes, salt: salt, iterations: count > 10_000 ? 1 : Int(count))
    let header: JSON = [
      "alg": "PBES2-HS512+A256KW", "enc": "A128GCM", "p2s": .string(Base64URL.encode(salt)),
      "p2c": .integer(count),
    ]
    return try ForgedJWE.token(
      header: header.encodedString(), encryptedKey: AESKeyWrap.wrap(contentKey, under: wrapping),
      contentKey: contentKey)
  }
}
