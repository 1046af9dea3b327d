import Testing

@testable import JOSE

@Suite struct TokenTypeTests {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let types = [
    "at+jwt", "JWT", "logout+jwt", "dpop+jwt", "secevent+jwt", "revocations+jwt", "token-introspection+jwt",
    "oauth-authz-req+jwt", "dpop+at+jwt",
  ]
  private static let claims: JSON = [
    "iss": "i", "aud": "a", "exp": 1_800_000_300, "iat": 1_800_000_000, "sub": "s", "client_id": "c",
    "jti": "j",
  ]

  @Test func `T13 a token of one profile is refused as any other`() throws {
    for signed in Self.types {
      let token = Array(try JWT.sign(Self.claims, type: signed, with: TestKeys.signing(.es256)).utf8)
      for expected in Self.types {
        let policy = try ClaimsPolicy(issuer: "i", audience: "a", type: expected, algorithms: [.es256])
        let code = refusal {
          try JWT.verify(CompactJWS(token), with: TestKeys.verification(.es256), policy: policy, at: Self.now)
        }
        #expect(code == (signed == expected ? nil : .typeMismatch), "\(signed) as \(expected)")
      }
    }
  }

  @Test func `T13 a token without a type is of no profile`() throws {
    let token = try Forge.token(
      header: #"{"alg":"ES256"}"#, payload: Self.claims.encodedString(), by: TestKeys.signing(.es256))
    for expected in Self.types {
      let policy = try ClaimsPolicy(issuer: "i", audience: "a", type: expected, algorithms: [.es256])
      let code = refusal {
        try JWT.verify(CompactJWS(token), with: TestKeys.verification(.es256), policy: policy, at: Self.now)
      }
      #expect(code == .typeMismatch)
    }
  }

  @Test func `an access token has every claim that RFC 9068 requires`() throws {
    let policy = try ClaimsPolicy.accessToken(issuer: "i", audience: "a", algorithms: [.es256])
    let members = try #require(ParsedJSON(parsing: Self.claims.encoded()).members)
      .map { JSONMember(name: $0.name, value: $0.value.json()) }
    func outcome(_ members: [JSONMember], type: String = "at+jwt") throws -> JOSEError.Code? {
      let token = try JWT.sign(.object(members), type: type, with: TestKeys.signing(.es256))
      return refusal {
        try JWT.verify(
          CompactJWS(Array(token.utf8)), with: TestKeys.verification(.es256), policy: policy, at: Self.now)
      }
    }
    #expect(try outcome(members) == nil)
    #expect(try outcome(members, type: "application/at+jwt") == nil)
    #expect(try outcome(members, type: "AT+JWT") == nil)
    #expect(try outcome(members, type: "JWT") == .typeMismatch)
    for member in members {
      let code = try outcome(members.filter { $0.name != member.name })
      #expect(code == .missingClaim, "\(member.name)")
    }
  }

  @Test func `an access token's policy is checked like any other`() {
    #expect(
      refusal { try ClaimsPolicy.accessToken(issuer: "", audience: "a", algorithms: [.es256]) }
        == .invalidPolicy)
    #expect(
      refusal { try ClaimsPolicy.accessToken(issuer: "i", audience: "a", algorithms: []) } == .invalidPolicy)
  }
}
