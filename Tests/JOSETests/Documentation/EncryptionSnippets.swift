import JOSE
import Testing

/// The code of the pages Encryption and SecurityNotes, as it stands there.
@Suite struct EncryptionSnippets {
  private let secret = Array("for one reader".utf8)

  @Test func `content is encrypted to a public key`() throws {
    // snippet encrypt
    let box = try JWK.generate(.ecdhESA256KW, curve: .x25519, keyID: "box")
    let token = try CompactJWE.encrypt(secret, with: EncryptionKey(box.publicKey()))
    // end
    // snippet decrypt
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    let plaintext = try CompactJWE(token).decrypt(with: DecryptionKey(box), policy: policy)
    // end
    #expect(plaintext == secret)
    #expect(throws: JOSEError.self) {
      try CompactJWE(token).decrypt(
        with: DecryptionKey(box), policy: DecryptionPolicy(allowing: [.a128GCM]))
    }
  }

  @Test func `several recipients read one text`() throws {
    let (alice, bob) = (
      try JWK.generate(.ecdhESA256KW, keyID: "alice"), try JWK.generate(.rsaOAEP256, keyID: "bob")
    )
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    // snippet recipients
    let text = try JSONJWE.encrypt(
      secret, to: [EncryptionKey(alice.publicKey()), EncryptionKey(bob.publicKey())],
      encryption: .a256GCM)
    let read = try JSONJWE(Array(text.utf8)).decrypt(with: DecryptionKey(bob), policy: policy)
    // end
    #expect(read.plaintext == secret)
    #expect(read.keyID == "bob")
  }

  @Test func `a password is accepted where it is asked for`() throws {
    // snippet password
    let password = try EncryptionPassword("correct horse battery staple")
    let token = try CompactJWE.encrypt(secret, with: EncryptionKey(password: password))
    let policy = try DecryptionPolicy(allowing: [.a256GCM], passwordIterations: 100_000...600_000)
    let plaintext = try CompactJWE(token).decrypt(with: DecryptionKey(password: password), policy: policy)
    // end
    #expect(plaintext == secret)
  }

  @Test func `a signed token is encrypted, and its signature checked inside`() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let (key, box) = (try JWK.generate(.es256, keyID: "k"), try JWK.generate(.ecdhESA256KW, keyID: "box"))
    let claims: JSON = ["iss": "a", "aud": "b", "sub": "alice", "exp": .timestamp(now + .seconds(60))]
    let claimsPolicy = try ClaimsPolicy(issuer: "a", audience: "b", type: "JWT", algorithms: [.es256])
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    // snippet nested
    let token = try NestedJWT.sign(
      claims, type: "JWT", with: SigningKey(key), encryptingWith: EncryptionKey(box.publicKey()))
    let inner = try NestedJWT(Array(token.utf8)).open(with: DecryptionKey(box), policy: policy)
    let verified = try inner.verify(with: VerificationKey(key), policy: claimsPolicy, at: now)
    // end
    #expect(verified.value.subject == "alice")
  }
}
