import Testing

@testable import JOSE

@Suite struct LogoutTokenTests {
  private static let claims = ProfileFixtures.logoutToken

  private func refuses(
    _ claims: JSON, type: String? = "logout+jwt", at now: Timestamp = ProfileFixtures.now
  ) throws -> JOSEError.Code? {
    try ProfileFixtures.logoutPolicy().refuses(claims, type: type, at: now)
  }

  @Test func `a logout token is signed and read`() throws {
    let token = try LogoutToken(
      issuer: ProfileFixtures.issuer, audience: ["other", ProfileFixtures.clientID], subject: "alice",
      sessionID: nil, tokenID: "j-1", issuedAt: ProfileFixtures.now, expiresAt: ProfileFixtures.later)
    let text = try token.sign(with: TestKeys.signing(.es256))
    let verified = try ProfileFixtures.logoutPolicy().verify(
      Array(text.utf8), with: JWKSet(keys: [TestKeys.jwk(.es256).publicKey()]), at: ProfileFixtures.now)
    #expect(verified.value.subject == "alice")
    #expect(verified.value.sessionID == nil)
    #expect(verified.value.tokenID == "j-1")
    #expect(verified.value.expiresAt == ProfileFixtures.later)
    #expect(verified.header.type == "logout+jwt")
  }

  @Test func `what back-channel logout requires is required`() throws {
    #expect(try refuses(Self.claims) == nil)
    for name in ["iss", "aud", "iat", "exp", "jti", "events"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == .missingClaim, "\(name)")
    }
    for name in ["sub", "sid"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == nil, "\(name)")
      #expect(try refuses(Self.claims.replacing(name, by: 1)) == .malformedClaim, "\(name)")
      #expect(try refuses(Self.claims.replacing(name, by: "")) == .malformedClaim, "\(name)")
    }
    #expect(try refuses(Self.claims.replacing("sub", by: nil).replacing("sid", by: nil)) == .missingClaim)
    let longest = String(repeating: "j", count: 256)
    #expect(try refuses(Self.claims.replacing("jti", by: .string(longest))) == nil)
    #expect(try refuses(Self.claims.replacing("jti", by: .string(longest + "j"))) == .malformedClaim)
  }

  @Test(
    arguments: [
      .object([]), .array([]), "http://schemas.openid.net/event/backchannel-logout",
      ["http://schemas.openid.net/event/backchannel-logout": true],
      ["http://schemas.openid.net/event/backchannel-logout/": .object([])],
    ] as [JSON])
  func `events holds the event, an object`(events: JSON) throws {
    #expect(try refuses(Self.claims.replacing("events", by: events)) == .claimMismatch)
  }

  @Test func `T13 a logout token with a nonce could pass as an ID token, and is refused`() throws {
    #expect(try refuses(Self.claims.replacing("nonce", by: "n-1")) == .unexpectedClaim)
    #expect(try refuses(Self.claims.replacing("nonce", by: .null)) == .unexpectedClaim)
  }

  @Test func `a logout token is young`() throws {
    let claims = Self.claims.replacing("exp", by: 1_800_009_000)
    #expect(try refuses(claims, at: ProfileFixtures.now + .seconds(120)) == nil)
    #expect(try refuses(claims, at: ProfileFixtures.now + .seconds(121)) == .tooOld)
  }

  @Test func `a logout token that names nobody is not made`() {
    func make(_ subject: String?, _ audience: [String]) -> JOSEError.Code? {
      refusal {
        try LogoutToken(
          issuer: "i", audience: audience, subject: subject, sessionID: nil, tokenID: "j",
          issuedAt: ProfileFixtures.now, expiresAt: ProfileFixtures.later)
      }
    }
    #expect(make("a", ["c"]) == nil)
    #expect(make(nil, ["c"]) == .missingClaim)
    #expect(make("a", []) == .missingClaim)
    #expect(make("", ["c"]) == .malformedClaim)
  }
}
