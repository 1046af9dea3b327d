import Testing

@testable import JOSE

@Suite struct IntrospectionResponseTests {
  private static let claims = ProfileFixtures.introspection

  private func refuses(
    _ claims: JSON, type: String? = "token-introspection+jwt", at now: Timestamp = ProfileFixtures.now
  ) throws -> JOSEError.Code? {
    try ProfileFixtures.introspectionPolicy().refuses(claims, type: type, at: now)
  }

  @Test(arguments: [true, false]) func `an answer is signed and read`(isActive: Bool) throws {
    let members = [JSONMember(name: "scope", value: "read")]
    let audience = [ProfileFixtures.clientID]
    let response =
      isActive
      ? IntrospectionResponse.active(
        issuer: ProfileFixtures.issuer, audience: audience, issuedAt: ProfileFixtures.now,
        tokenMembers: members)
      : .inactive(issuer: ProfileFixtures.issuer, audience: audience, issuedAt: ProfileFixtures.now)
    let text = try response.sign(with: TestKeys.signing(.es256))
    let verified = try ProfileFixtures.introspectionPolicy().verify(
      Array(text.utf8), with: JWKSet(keys: [TestKeys.jwk(.es256).publicKey()]), at: ProfileFixtures.now)
    #expect(verified.value.isActive == isActive)
    #expect(verified.value.tokenMembers == (isActive ? members : []))
    #expect(verified.value.issuedAt == ProfileFixtures.now)
  }

  @Test func `what RFC 9701 requires is required`() throws {
    #expect(try refuses(Self.claims) == nil)
    for name in ["iss", "aud", "iat", "token_introspection"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == .missingClaim, "\(name)")
    }
    for value in [true, .array([]), .object([]), ["active": "true"], ["active": 1]] as [JSON] {
      #expect(try refuses(Self.claims.replacing("token_introspection", by: value)) == .malformedClaim)
    }
    let talkative: JSON = ["active": false, "sub": "alice"]
    #expect(try refuses(Self.claims.replacing("token_introspection", by: talkative)) == .unexpectedClaim)
    #expect(try refuses(Self.claims.replacing("token_introspection", by: ["active": false])) == nil)
    #expect(
      refusal {
        try IntrospectionResponse.inactive(issuer: "i", audience: [], issuedAt: ProfileFixtures.now)
          .sign(with: TestKeys.signing(.es256))
      } == .missingClaim)
  }

  @Test func `an answer is young`() throws {
    #expect(try refuses(Self.claims, at: ProfileFixtures.now + .seconds(60)) == nil)
    #expect(try refuses(Self.claims, at: ProfileFixtures.now + .seconds(61)) == .tooOld)
    #expect(try refuses(Self.claims, at: ProfileFixtures.now - .seconds(1)) == .issuedInFuture)
  }
}
