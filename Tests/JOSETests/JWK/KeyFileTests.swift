import Testing

@testable import JOSE

@Suite struct KeyFileTests {
  @Test(arguments: [
    (KeyFixtures.rsaPKCS1, JWK.KeyType.rsa, true), (KeyFixtures.rsaPKCS8, .rsa, true),
    (KeyFixtures.rsaPublic, .rsa, false), (KeyFixtures.rsaPublicPKCS1, .rsa, false),
    (KeyFixtures.p256SEC1, .ellipticCurve, true), (KeyFixtures.p256PKCS8, .ellipticCurve, true),
    (KeyFixtures.p256Public, .ellipticCurve, false), (KeyFixtures.p384SEC1, .ellipticCurve, true),
    (KeyFixtures.p521SEC1, .ellipticCurve, true), (KeyFixtures.ed25519PKCS8, .octetKeyPair, true),
    (KeyFixtures.ed25519Public, .octetKeyPair, false),
  ])
  func `PEM of every form is read`(pem: String, keyType: JWK.KeyType, isPrivate: Bool) throws {
    let key = try JWK(pem: pem, algorithm: nil, keyID: "k")
    #expect(key.keyType == keyType)
    #expect(key.isPrivate == isPrivate)
    #expect(key.keyID == "k")
    #expect(key.algorithm == nil)
  }

  @Test func `one key has one thumbprint in every form`() throws {
    func thumbprint(_ pem: String) throws -> String { try JWK(pem: pem, algorithm: nil).thumbprint() }
    let rsa = try [
      KeyFixtures.rsaPKCS1, KeyFixtures.rsaPKCS8, KeyFixtures.rsaPublic, KeyFixtures.rsaPublicPKCS1,
    ].map(thumbprint)
    #expect(Set(rsa).count == 1)
    let p256 = try [KeyFixtures.p256SEC1, KeyFixtures.p256PKCS8, KeyFixtures.p256Public].map(thumbprint)
    #expect(Set(p256).count == 1)
    let ed25519 = try [KeyFixtures.ed25519PKCS8, KeyFixtures.ed25519Public].map(thumbprint)
    #expect(Set(ed25519).count == 1)
  }

  @Test func `what OpenSSL wrote is written again byte for byte`() throws {
    func key(_ pem: String) throws -> JWK { try JWK(pem: pem, algorithm: nil) }
    #expect(try key(KeyFixtures.rsaPKCS1).privatePEM() == KeyFixtures.rsaPKCS8 + "\n")
    #expect(try key(KeyFixtures.rsaPKCS1).publicPEM() == KeyFixtures.rsaPublic + "\n")
    #expect(try key(KeyFixtures.p256SEC1).privatePEM() == KeyFixtures.p256PKCS8 + "\n")
    #expect(try key(KeyFixtures.p256SEC1).publicPEM() == KeyFixtures.p256Public + "\n")
    #expect(try key(KeyFixtures.ed25519PKCS8).privatePEM() == KeyFixtures.ed25519PKCS8 + "\n")
    #expect(try key(KeyFixtures.ed25519PKCS8).publicPEM() == KeyFixtures.ed25519Public + "\n")
    #expect(try key(KeyFixtures.x25519PKCS8).privatePEM() == KeyFixtures.x25519PKCS8 + "\n")
    #expect(try key(KeyFixtures.x25519PKCS8).publicPEM() == KeyFixtures.x25519Public + "\n")
  }

  @Test(arguments: RefusedKeyFixtures.all.map(\.name))
  func `a key that is weak or not implemented is refused`(name: String) throws {
    let fixture = try #require(RefusedKeyFixtures.all.first { $0.name == name })
    #expect(refusal { try JWK(pem: fixture.pem, algorithm: nil) } == fixture.code)
  }

  @Test(arguments: SignatureAlgorithm.allCases.filter(\.isAsymmetric))
  func `a key goes to DER and PEM and comes back`(algorithm: SignatureAlgorithm) throws {
    let key = TestKeys.jwk(algorithm)
    let fromDER = try JWK(der: key.privateDER(), algorithm: algorithm, keyID: key.keyID)
    #expect(fromDER.privateJSON() == key.privateJSON())
    let fromPEM = try JWK(pem: key.publicPEM(), algorithm: algorithm, keyID: key.keyID)
    #expect(fromPEM.privateJSON() == key.publicJSON())
    #expect(!fromPEM.isPrivate)
  }

  @Test func `what has no such form is refused`() throws {
    #expect(refusal { try TestKeys.jwk(.hs256).publicPEM() } == .invalidKey)
    #expect(refusal { try TestKeys.jwk(.hs256).privateDER() } == .invalidKey)
    #expect(refusal { try TestKeys.jwk(.es256).publicKey().privatePEM() } == .invalidKey)
  }

  @Test func `a file's algorithm is one that the key can have`() throws {
    let pem = KeyFixtures.p256Public
    #expect(try JWK(pem: pem, algorithm: .es256).signatureAlgorithm == .es256)
    for algorithm in SignatureAlgorithm.allCases where algorithm != .es256 {
      #expect(refusal { try JWK(pem: pem, algorithm: algorithm) } == .algorithmMismatch)
    }
  }

  @Test func `a label that does not fit its content is refused`() {
    let relabelled = KeyFixtures.p256PKCS8.replacing("PRIVATE KEY", with: "PUBLIC KEY")
    #expect(refusal { try JWK(pem: relabelled, algorithm: nil) } == .invalidKey)
    let unknown = KeyFixtures.p256Public.replacing("PUBLIC KEY", with: "CERTIFICATE")
    #expect(refusal { try JWK(pem: unknown, algorithm: nil) } == .unsupportedAlgorithm)
  }

  @Test func `text that holds no key, or two, is refused`() {
    #expect(refusal { try JWK(pem: "", algorithm: nil) } == .invalidKey)
    #expect(refusal { try JWK(pem: "not a key", algorithm: nil) } == .invalidKey)
    let two = KeyFixtures.p256Public + "\n" + KeyFixtures.ed25519Public
    #expect(refusal { try JWK(pem: two, algorithm: nil) } == .invalidKey)
    let padded = String(repeating: " ", count: JWK.maximumFileBytes) + KeyFixtures.p256Public
    #expect(refusal { try JWK(pem: padded, algorithm: nil) } == .tooLarge)
  }

  @Test func `bytes after the key are refused`() throws {
    let der = try TestKeys.jwk(.es256).privateDER()
    #expect(refusal { try JWK(der: der, algorithm: nil) } == nil)
    #expect(refusal { try JWK(der: der + [0], algorithm: nil) } == .invalidKey)
    #expect(refusal { try JWK(der: Array(der.dropLast()), algorithm: nil) } == .invalidKey)
  }
}
