import JOSE
import Testing

/// The library's example in README.md, as it stands there.
@Suite struct ReadmeExampleTests {
  private let key: JWK
  private let keys: JWKSet

  init() throws {
    key = try JWK.generate(.es256, keyID: "k1")
    keys = JWKSet(keys: [try key.publicKey()])
  }

  @Test func `a token without the claims that the policy expects is refused`() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let token = try JWT.sign(["sub": "alice"], type: "JWT", with: SigningKey(key))
    #expect(throws: JOSEError.self) { try verify(token, at: now) }
  }

  @Test func `a token with them is accepted`() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let claims: JSON = [
      "iss": "https://id.example.com", "aud": "https://api.example.com", "sub": "alice", "exp": 1_800_000_300,
    ]
    let token = try JWT.sign(claims, type: "JWT", with: SigningKey(key))
    #expect(try verify(token, at: now).value.subject == "alice")
  }

  private func verify(_ token: String, at now: Timestamp) throws -> Verified<Claims> {
    let policy = try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "https://api.example.com", type: "JWT", algorithms: [.es256]
    )
    let verified = try JWT.verify(Array(token.utf8), with: keys, policy: policy, at: now)
    return verified
  }
}
