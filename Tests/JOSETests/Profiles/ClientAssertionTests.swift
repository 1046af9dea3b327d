import Testing

@testable import JOSE

@Suite struct ClientAssertionTests {
  private static let claims = ProfileFixtures.assertion
  private static let type = "client-authentication+jwt"

  private func refuses(
    _ claims: JSON, type: String? = type, acceptsOlderType: Bool = false
  ) throws -> JOSEError.Code? {
    try ProfileFixtures.assertionPolicy(acceptsOlderType: acceptsOlderType).refuses(claims, type: type)
  }

  @Test func `an assertion is signed and read`() throws {
    let assertion = ClientAssertion(
      clientID: ProfileFixtures.clientID, audience: ProfileFixtures.issuer, tokenID: "j-1",
      issuedAt: ProfileFixtures.now, expiresAt: ProfileFixtures.later)
    let text = try assertion.sign(with: TestKeys.signing(.es256))
    let verified = try ProfileFixtures.assertionPolicy().verify(
      Array(text.utf8), with: JWKSet(keys: [TestKeys.jwk(.es256).publicKey()]), at: ProfileFixtures.now)
    #expect(verified.value.clientID == ProfileFixtures.clientID)
    #expect(verified.value.tokenID == "j-1")
    #expect(verified.value.expiresAt == ProfileFixtures.later)
    #expect(verified.value.issuedAt == ProfileFixtures.now)
  }

  @Test func `iss and sub are the client, aud is the server alone`() throws {
    #expect(try refuses(Self.claims) == nil)
    for name in ["iss", "sub", "aud", "exp", "jti"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == .missingClaim, "\(name)")
    }
    #expect(try refuses(Self.claims.replacing("iat", by: nil)) == nil)
    #expect(try refuses(Self.claims.replacing("iss", by: "client-2")) == .issuerMismatch)
    #expect(try refuses(Self.claims.replacing("sub", by: "client-2")) == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("aud", by: "https://other")) == .audienceMismatch)
    let both: JSON = [.string(ProfileFixtures.issuer), "https://other"]
    #expect(try refuses(Self.claims.replacing("aud", by: both)) == .audienceMismatch)
    #expect(try refuses(Self.claims.replacing("aud", by: [.string(ProfileFixtures.issuer)])) == nil)
    #expect(try refuses(Self.claims.replacing("jti", by: "")) == .malformedClaim)
  }

  @Test func `an assertion lives briefly`() throws {
    #expect(try refuses(Self.claims.replacing("exp", by: 1_800_000_300)) == nil)
    #expect(try refuses(Self.claims.replacing("exp", by: 1_800_000_301)) == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("exp", by: 1_800_000_000)) == .expired)
    #expect(try refuses(Self.claims.replacing("iat", by: 1_800_000_001)) == .issuedInFuture)
    #expect(
      refusal {
        try ClientAssertion.Policy(
          clientID: "c", audience: "a", algorithms: [.es256], maximumLifetime: .zero)
      } == .invalidPolicy)
  }

  @Test func `T13 the type of older clients is taken only if the server says so`() throws {
    for type in ["JWT", nil] {
      #expect(try refuses(Self.claims, type: type) == .typeMismatch)
      #expect(try refuses(Self.claims, type: type, acceptsOlderType: true) == nil)
    }
    #expect(try refuses(Self.claims, acceptsOlderType: true) == nil)
    #expect(try refuses(Self.claims, type: "at+jwt", acceptsOlderType: true) == .typeMismatch)
    // An ID token is not one: the client did not issue it.
    let idToken = ProfileFixtures.idToken.replacing("jti", by: "j-1")
    #expect(try refuses(idToken, type: "JWT", acceptsOlderType: true) == .issuerMismatch)
  }
}
