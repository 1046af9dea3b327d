import SignetTesting
import Testing

@testable import JOSE

@Suite struct EncryptedKeyTests {
  private let policy: DecryptionPolicy
  private let password: EncryptionPassword
  private let encrypting: EncryptionKey
  private let decrypting: DecryptionKey

  init() throws {
    policy = try EncryptionFixtures.permissivePolicy()
    password = try EncryptionPassword("Thus from my lips, by yours, my sin is purged.")
    encrypting = try EncryptionKey(password: password, algorithm: .pbes2HS256A128KW, iterations: 1000)
    decrypting = try DecryptionKey(password: password, algorithm: .pbes2HS256A128KW)
  }

  @Test func `a key comes back from its export, private half and all`() throws {
    for algorithm in [SignatureAlgorithm.hs256, .es512, .ed25519, .rs256] {
      let jwk = TestKeys.jwk(algorithm)
      let token = Array(try jwk.encrypted(with: encrypting).utf8)
      let read = try JWK(decrypting: token, with: decrypting, policy: policy)
      #expect(read.privateJSON() == jwk.privateJSON())
      #expect(try CompactJWE(token).header.contentType == "jwk+json")
    }
    let jwk = TestKeys.jwk(.es256)
    let recipient = EncryptionFixtures.first(.ecdhESA256KW)
    let token = try jwk.encrypted(with: recipient.encryptionKey(), encryption: .a256CBCHS512)
    let read = try JWK(decrypting: Array(token.utf8), with: recipient.decryptionKey(), policy: policy)
    #expect(read.privateJSON() == jwk.privateJSON())
  }

  @Test func `a set comes back from its export, secrets and all`() throws {
    let set = JWKSet(keys: [TestKeys.jwk(.hs256), TestKeys.jwk(.es256), TestKeys.jwk(.rs256)])
    let token = Array(try set.encrypted(with: encrypting).utf8)
    let read = try JWKSet(decrypting: token, with: decrypting, policy: policy)
    #expect(read.keys.map { $0.privateJSON() } == set.keys.map { $0.privateJSON() })
    #expect(read.skipped.isEmpty)
  }

  @Test func `T13 a key, a set and any other content are not taken for one another`() throws {
    let jwk = TestKeys.jwk(.es256)
    let key = Array(try jwk.encrypted(with: encrypting).utf8)
    let set = Array(try JWKSet(keys: [jwk]).encrypted(with: encrypting).utf8)
    #expect(refusal { try JWKSet(decrypting: key, with: decrypting, policy: policy) } == .typeMismatch)
    #expect(refusal { try JWK(decrypting: set, with: decrypting, policy: policy) } == .typeMismatch)
    let types: [(String?, JOSEError.Code?)] = [
      (nil, .typeMismatch), ("JWT", .typeMismatch), ("jwk+jso\u{212A}", .typeMismatch),
      ("jwk", .typeMismatch),
      ("JWK+JSON", nil), ("application/jwk+json", nil), ("text/jwk+json", .typeMismatch),
    ]
    for (type, code) in types {
      let token = try CompactJWE.encrypt(jwk.privateJSON().encoded(), contentType: type, with: encrypting)
      #expect(
        refusal { try JWK(decrypting: Array(token.utf8), with: decrypting, policy: policy) } == code,
        "\(type ?? "")")
    }
  }

  @Test func `an export needs its key, a policy that allows it, and is no larger than it may be`() throws {
    let token = Array(try TestKeys.jwk(.es256).encrypted(with: encrypting).utf8)
    let other = try DecryptionKey(password: EncryptionPassword("another"), algorithm: .pbes2HS256A128KW)
    #expect(failure { try JWK(decrypting: token, with: other, policy: policy) } == .decryptionFailed)
    let strict = try DecryptionPolicy(allowing: [.a256GCM])
    #expect(refusal { try JWK(decrypting: token, with: decrypting, policy: strict) } == .unsupportedAlgorithm)
    let limit = token.count - 1
    #expect(
      refusal { try JWK(decrypting: token, with: decrypting, policy: policy, maximumBytes: limit) }
        == .tooLarge)
  }

  @Test(VectorFolder.isRequired) func `the key set of RFC 7520 §5.3 is read`() throws {
    let token = try VectorFolder.bytes(of: "rfc/rfc7520_5.3.jwec")
    let password = try EncryptionPassword("entrap_o\u{2013}peter_long\u{2013}credit_tun")
    let key = try DecryptionKey(password: password)
    let set = try JWKSet(decrypting: token, with: key, policy: policy)
    let expected: [JWK.Algorithm] = [
      .contentEncryption(.a128GCM), .keyManagement(.a128KW), .keyManagement(.a256GCMKW),
    ]
    #expect(set.keys.map(\.algorithm) == expected)
  }
}
