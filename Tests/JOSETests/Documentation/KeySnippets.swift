import JOSE
import Testing

/// The code of the pages ChoosingAnAlgorithm and KeysAndRotation, as it stands there.
@Suite struct KeySnippets {
  private let now = Timestamp(seconds: 1_800_000_000)

  @Test func `keys are made, written and read`() throws {
    // snippet generate
    let key = try JWK.generate(.ed25519, keyID: "2026-01")
    let secret = key.privateJSON().encodedString()
    let published = JWKSet(keys: [key]).json().encodedString()
    // end
    #expect(secret.contains("\"d\""))
    #expect(!published.contains("\"d\""))

    let text = Array(published.utf8)
    // snippet read-set
    let keys = try JWKSet(parsing: text)
    for skipped in keys.skipped { print("key \(skipped.index) is not used: \(skipped.reason)") }
    // end
    #expect(keys.keys.count == 1)

    // snippet pem
    let pem = try key.privatePEM()
    let fromPEM = try JWK(pem: pem, algorithm: .ed25519, keyID: "2026-01")
    let name = try fromPEM.publicKey().thumbprint()
    // end
    #expect(name == key.thumbprint())
  }

  @Test func `a key that names no algorithm gets one from the caller`() throws {
    let pem = try JWK.generate(.rs256).publicPEM()
    // snippet fixed
    let jwk = try JWK(pem: pem, algorithm: nil)
    let key = try VerificationKey(jwk, algorithm: .ps256)
    // end
    #expect(key.algorithm == .ps256)
    #expect(throws: JOSEError.self) { try VerificationKey(jwk) }
  }

  @Test func `a set rotates`() throws {
    let current = try JWK.generate(.es256, keyID: "2026-01")
    let next = try JWK.generate(.es256, keyID: "2026-02")
    // snippet rotate
    // A day before: publish the next key beside the current one.
    let published = JWKSet(keys: [try current.publicKey(), try next.publicKey()])
    // Then sign with it. The old one stays published until its last token has expired.
    let signing = try SigningKey(next)
    // end
    let policy = try ClaimsPolicy(issuer: "a", audience: "b", type: "JWT", algorithms: [.es256])
    let claims: JSON = ["iss": "a", "aud": "b", "exp": .timestamp(now + .seconds(60))]
    let token = try JWT.sign(claims, type: "JWT", with: signing)
    #expect(try JWT.verify(token, with: published, policy: policy, at: now).header.keyID == "2026-02")
    let old = try JWT.sign(claims, type: "JWT", with: SigningKey(current))
    #expect(try JWT.verify(old, with: published, policy: policy, at: now).header.keyID == "2026-01")
  }

  @Test func `a post-quantum signature is made like any other`() throws {
    // snippet post-quantum
    let key = try JWK.generate(.mlDSA65, keyID: "pq")
    let token = try JWT.sign(["sub": "alice"], type: "JWT", with: SigningKey(key))
    // end
    let payload = try CompactJWS(token).verify(with: VerificationKey(key))
    #expect(payload == Array("{\"sub\":\"alice\"}".utf8))
  }

  @Test func `content that is no token is signed as it is`() throws {
    let payload = Array("any bytes".utf8)
    let jwk = try JWK.generate(.es256, keyID: "a")
    let other = try JWK.generate(.ed25519, keyID: "b")
    // snippet jws
    let text = try CompactJWS.sign(payload: payload, type: "text", with: SigningKey(jwk))
    let content = try CompactJWS(text).verify(with: VerificationKey(jwk))
    // end
    #expect(content == payload)
    // snippet json-jws
    let json = try JSONJWS.sign(
      payload: payload, by: [.init(try SigningKey(jwk)), .init(try SigningKey(other))])
    let both = try JSONJWS(Array(json.utf8)).verify(
      .everyKey, with: [VerificationKey(jwk), VerificationKey(other)])
    // end
    #expect(both.signatures.map(\.keyID) == ["a", "b"])
  }
}
