import Testing

@testable import JOSE

@Suite struct IDTokenTests {
  private static let claims = ProfileFixtures.idToken
  private static let now = ProfileFixtures.now

  private func refuses(
    _ claims: JSON, type: String? = "JWT", nonce: IDToken.Policy.Nonce = .required("n-1"),
    _ change: (inout IDToken.Policy) -> Void = { _ in }
  ) throws -> JOSEError.Code? {
    var policy = try ProfileFixtures.idTokenPolicy(nonce)
    change(&policy)
    return policy.refuses(claims, type: type)
  }

  @Test func `an ID token is signed and read`() throws {
    var token = IDToken(
      issuer: ProfileFixtures.issuer, subject: "alice", audience: [ProfileFixtures.clientID],
      expiresAt: ProfileFixtures.later, issuedAt: Self.now)
    token.nonce = "n-1"
    token.authenticatedAt = Self.now
    token.authenticationContext = "high"
    token.authenticationMethods = ["pwd", "otp"]
    token.authorizedParty = ProfileFixtures.clientID
    token.sessionID = "s-1"
    token.accessTokenHash = try SignatureAlgorithm.es256.halfHash(of: "at")
    token.codeHash = try SignatureAlgorithm.es256.halfHash(of: "code")
    token.additionalClaims = [JSONMember(name: "email", value: "a@example.com")]
    let keys = JWKSet(keys: [try TestKeys.jwk(.es256).publicKey()])
    var policy = try ProfileFixtures.idTokenPolicy()
    policy.accessToken = "at"
    policy.code = "code"
    policy.maximumAuthenticationAge = .seconds(60)
    policy.authenticationContexts = ["high"]
    let text = try token.sign(with: TestKeys.signing(.es256))
    let verified = try policy.verify(Array(text.utf8), with: keys, at: Self.now)
    #expect(verified.header.type == "JWT")
    #expect(verified.value.subject == "alice")
    #expect(verified.value.audience == [ProfileFixtures.clientID])
    #expect(verified.value.authenticationMethods == ["pwd", "otp"])
    #expect(verified.value.sessionID == "s-1")
    #expect(verified.value.authenticatedAt == Self.now)
    #expect(verified.value.additionalClaims == token.additionalClaims)
    policy.accessToken = "other"
    #expect(refusal { try policy.verify(Array(text.utf8), with: keys, at: Self.now) } == .claimMismatch)
    policy.accessToken = nil
    policy.code = "other"
    #expect(refusal { try policy.verify(Array(text.utf8), with: keys, at: Self.now) } == .claimMismatch)
  }

  @Test func `what OpenID Connect requires is required`() throws {
    #expect(try refuses(Self.claims) == nil)
    for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == .missingClaim, "\(name)")
    }
    #expect(try refuses(Self.claims.replacing("iss", by: "https://other")) == .issuerMismatch)
    #expect(try refuses(Self.claims.replacing("aud", by: "other")) == .audienceMismatch)
    #expect(try refuses(Self.claims.replacing("exp", by: 1_800_000_000)) == .expired)
    for subject in ["", String(repeating: "a", count: 256), "é"] {
      #expect(try refuses(Self.claims.replacing("sub", by: .string(subject))) == .malformedClaim)
    }
    let longest = String(repeating: "a", count: 255)
    #expect(try refuses(Self.claims.replacing("sub", by: .string(longest))) == nil)
    for name in ["nonce", "acr", "azp", "sid", "at_hash", "c_hash", "auth_time", "amr"] {
      #expect(try refuses(Self.claims.replacing(name, by: .bool(true))) == .malformedClaim, "\(name)")
    }
  }

  @Test func `a nonce is the request's, and there is none without one`() throws {
    let other = Self.claims.replacing("nonce", by: "n-2"), without = Self.claims.replacing("nonce", by: nil)
    #expect(try refuses(other) == .claimMismatch)
    #expect(try refuses(Self.claims, nonce: .none) == .unexpectedClaim)
    #expect(try refuses(without, nonce: .none) == nil)
    #expect(try refuses(without, nonce: .ifPresent("n-1")) == nil)
    #expect(try refuses(Self.claims, nonce: .ifPresent("n-1")) == nil)
    #expect(try refuses(other, nonce: .ifPresent("n-1")) == .claimMismatch)
  }

  @Test func `another audience is trusted by name, and then azp names the client`() throws {
    let two = Self.claims.replacing("aud", by: ["client-1", "client-2"])
    let named = two.replacing("azp", by: "client-1")
    #expect(try refuses(named) == .audienceMismatch)
    #expect(try refuses(named) { $0.trustedAudiences = ["client-2"] } == nil)
    #expect(try refuses(named) { $0.trustedAudiences = ["client-3"] } == .audienceMismatch)
    #expect(try refuses(two) { $0.trustedAudiences = ["client-2"] } == .missingClaim)
    let other = two.replacing("azp", by: "client-2")
    #expect(try refuses(other) { $0.trustedAudiences = ["client-2"] } == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("azp", by: "client-2")) == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("azp", by: "client-1")) == nil)
  }

  /// Swift takes both spellings of é for one string.
  @Test func `T12 trusted audiences and contexts compare byte for byte`() throws {
    let named = Self.claims.replacing("aud", by: ["client-1", "caf\u{E9}"]).replacing("azp", by: "client-1")
    #expect(try refuses(named) { $0.trustedAudiences = ["caf\u{E9}"] } == nil)
    #expect(try refuses(named) { $0.trustedAudiences = ["cafe\u{301}"] } == .audienceMismatch)
    let context = Self.claims.replacing("acr", by: "caf\u{E9}")
    #expect(try refuses(context) { $0.authenticationContexts = ["caf\u{E9}"] } == nil)
    #expect(try refuses(context) { $0.authenticationContexts = ["cafe\u{301}"] } == .claimMismatch)
  }

  @Test func `a sign-in that is too long ago, or not sure enough, is refused if the client asked`() throws {
    let recent = Self.claims.replacing("auth_time", by: 1_799_999_940)
    #expect(try refuses(recent) { $0.maximumAuthenticationAge = .seconds(60) } == nil)
    #expect(try refuses(recent) { $0.maximumAuthenticationAge = .seconds(59) } == .tooOld)
    #expect(try refuses(Self.claims) { $0.maximumAuthenticationAge = .seconds(60) } == .missingClaim)
    let ahead = Self.claims.replacing("auth_time", by: 1_800_000_001)
    #expect(try refuses(ahead) { $0.maximumAuthenticationAge = .seconds(60) } == .issuedInFuture)
    let high = Self.claims.replacing("acr", by: "high")
    #expect(try refuses(high) { $0.authenticationContexts = ["high", "higher"] } == nil)
    #expect(try refuses(high) { $0.authenticationContexts = ["higher"] } == .claimMismatch)
    #expect(try refuses(Self.claims) { $0.authenticationContexts = ["high"] } == .missingClaim)
  }

  @Test func `a hash that is expected is required`() throws {
    #expect(try refuses(Self.claims) { $0.accessToken = "at" } == .missingClaim)
    #expect(try refuses(Self.claims) { $0.code = "code" } == .missingClaim)
  }

  /// Core's own example (§3.1.3.6 has none; this access token and hash are those of its Appendix A.3).
  @Test func `half a hash is what OpenID Connect's example has`() throws {
    #expect(
      try SignatureAlgorithm.rs256.halfHash(of: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
        == "77QmUPtjPfzWtF2AnpK9RQ")
    #expect(try SignatureAlgorithm.es384.halfHash(of: "a").utf8.count == 32)
    #expect(try SignatureAlgorithm.edDSA.halfHash(of: "a").utf8.count == 43)
    #expect(refusal { try SignatureAlgorithm.mlDSA65.halfHash(of: "a") } == .unsupportedAlgorithm)
  }

  #if OpenSSL
    @Test func `Ed448 has no half hash, under either name`() throws {
      #expect(refusal { try SignatureAlgorithm.ed448.halfHash(of: "a") } == .unsupportedAlgorithm)
      let json = TestKeys.json(TestKeys.jwk(.ed448), ["alg": "EdDSA"])
      let key = try VerificationKey(JWK(parsing: json))
      #expect(refusal { try key.halfHash(of: "a") } == .unsupportedAlgorithm)
      #expect(try TestKeys.verification(.edDSA).halfHash(of: "a").utf8.count == 43)
    }
  #endif

  @Test func `a token that no client would take is not signed`() throws {
    func sign(_ subject: String, _ audience: [String]) -> JOSEError.Code? {
      let token = IDToken(
        issuer: "i", subject: subject, audience: audience, expiresAt: ProfileFixtures.later,
        issuedAt: Self.now)
      return refusal { try token.sign(with: TestKeys.signing(.es256)) }
    }
    #expect(sign("a", ["c"]) == nil)
    #expect(sign("", ["c"]) == .malformedClaim)
    #expect(sign("a", []) == .malformedClaim)
  }
}
