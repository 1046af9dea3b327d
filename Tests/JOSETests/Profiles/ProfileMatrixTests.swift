import Testing

@testable import JOSE

/// Every profile's policy against every profile's token.
@Suite struct ProfileMatrixTests {
  private static let names = [
    "ID token", "logout token", "client assertion", "introspection response", "DPoP proof", "access token",
  ]

  /// Claims that satisfy all profiles at once as far as they can: what is left to tell them apart is `typ`.
  private static let claims: JSON = [
    "iss": "x", "aud": "x", "sub": "x", "jti": "j", "iat": 1_800_000_000, "exp": 1_800_000_060, "sid": "s",
    "events": ["http://schemas.openid.net/event/backchannel-logout": .object([])], "client_id": "x",
    "token_introspection": ["active": true], "htm": "GET", "htu": "https://api.example.com/",
  ]

  private static func token(_ type: String?) throws -> [UInt8] {
    let jwk = try TestKeys.jwk(.es256).publicKey().publicJSON()
    var header: JSON = ["alg": "ES256", "kid": "ES256", "jwk": jwk]
    if let type { header = header.replacing("typ", by: .string(type)) }
    return try Forge.token(
      header: header.encodedString(), payload: claims.encodedString(), by: TestKeys.signing(.es256))
  }

  private static let types: [String: String] = [
    "ID token": "JWT", "logout token": "logout+jwt", "client assertion": "client-authentication+jwt",
    "introspection response": "token-introspection+jwt", "DPoP proof": "dpop+jwt", "access token": "at+jwt",
  ]

  private static func verify(_ token: [UInt8], as name: String) throws {
    let jws = try CompactJWS(token)
    let key = try ProfileFixtures.key(), now = ProfileFixtures.now
    switch name {
    case "ID token":
      _ = try IDToken.Policy(issuer: "x", clientID: "x", algorithms: [.es256], nonce: .none)
        .verify(jws, with: key, at: now)
    case "logout token":
      _ = try LogoutToken.Policy(issuer: "x", clientID: "x", algorithms: [.es256])
        .verify(jws, with: key, at: now)
    case "client assertion":
      _ = try ClientAssertion.Policy(clientID: "x", audience: "x", algorithms: [.es256])
        .verify(jws, with: key, at: now)
    case "introspection response":
      _ = try IntrospectionResponse.Policy(issuer: "x", audience: "x", algorithms: [.es256])
        .verify(jws, with: key, at: now)
    case "DPoP proof":
      _ = try DPoPProof.Policy(method: "GET", url: "https://api.example.com/", algorithms: [.es256])
        .verify(token, at: now)
    default:
      let policy = try ClaimsPolicy.accessToken(issuer: "x", audience: "x", algorithms: [.es256])
      _ = try JWT.verify(jws, with: key, policy: policy, at: now)
    }
  }

  @Test(arguments: names) func `T13 a token of each profile is refused as each other`(signed: String) throws {
    let token = try Self.token(Self.types[signed])
    for expected in Self.names {
      let code = refusal { try Self.verify(token, as: expected) }
      #expect(code == (signed == expected ? nil : .typeMismatch), "\(signed) as \(expected)")
    }
  }

  /// OpenID Connect lets an ID token go without `typ`; then it is nothing else.
  @Test func `T13 a token without a type is an ID token or nothing`() throws {
    let token = try Self.token(nil)
    for expected in Self.names {
      let code = refusal { try Self.verify(token, as: expected) }
      #expect(code == (expected == "ID token" ? nil : .typeMismatch), "\(expected)")
    }
  }

  @Test func `T10 b64 is refused in a token of a profile, with or without a type`() throws {
    for member in [#""typ":"JWT","#, ""] {
      let header = #"{"alg":"ES256","kid":"ES256",\#(member)"b64":false,"crit":["b64"]}"#
      let message = "\(Base64URL.encode(header.utf8))..\(Base64URL.encode([1]))"
      #expect(refusal { try Self.verify(Array(message.utf8), as: "ID token") } == .criticalHeader)
    }
  }

  @Test func `T5 a profile's token names a key of the set`() throws {
    let keys = JWKSet(keys: [try TestKeys.jwk(.es256).publicKey()])
    let policy = try ProfileFixtures.idTokenPolicy()
    let key = try TestKeys.signing(.es256)
    func verify(_ header: String) -> JOSEError.Code? {
      refusal {
        let token = try Forge.token(
          header: header, payload: ProfileFixtures.idToken.encodedString(), by: key)
        return try policy.verify(token, with: keys, at: ProfileFixtures.now)
      }
    }
    #expect(verify(#"{"alg":"ES256","kid":"ES256"}"#) == nil)
    #expect(verify(#"{"alg":"ES256","kid":"other"}"#) == .unknownKey)
    #expect(verify(#"{"alg":"ES256"}"#) == .unknownKey)
  }
}
