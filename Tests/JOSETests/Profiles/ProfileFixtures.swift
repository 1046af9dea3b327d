@testable import JOSE

/// One good token of each profile, and the policies that take them.
enum ProfileFixtures {
  static let now = Timestamp(seconds: 1_800_000_000)
  static let later = now + .seconds(60)
  static let issuer = "https://id.example.com"
  static let clientID = "client-1"

  static func key() throws -> VerificationKey { try TestKeys.verification(.es256) }

  /// A token with any claims, signed; no `typ` when `type` is nil.
  static func token(_ claims: JSON, type: String?) throws -> CompactJWS {
    let member = type.map { #","typ":"\#($0)""# } ?? ""
    let header = #"{"alg":"ES256","kid":"ES256"\#(member)}"#
    return try CompactJWS(
      Forge.token(header: header, payload: claims.encodedString(), by: TestKeys.signing(.es256)))
  }

  static let idToken: JSON = [
    "iss": .string(issuer), "sub": "alice", "aud": .string(clientID), "exp": 1_800_000_060,
    "iat": 1_800_000_000, "nonce": "n-1",
  ]

  static func idTokenPolicy(_ nonce: IDToken.Policy.Nonce = .required("n-1")) throws -> IDToken.Policy {
    try IDToken.Policy(issuer: issuer, clientID: clientID, algorithms: [.es256], nonce: nonce)
  }

  static let logoutToken: JSON = [
    "iss": .string(issuer), "aud": .string(clientID), "sub": "alice", "sid": "s-1", "jti": "j-1",
    "iat": 1_800_000_000, "exp": 1_800_000_060,
    "events": ["http://schemas.openid.net/event/backchannel-logout": .object([])],
  ]

  static func logoutPolicy() throws -> LogoutToken.Policy {
    try LogoutToken.Policy(issuer: issuer, clientID: clientID, algorithms: [.es256])
  }

  static let assertion: JSON = [
    "iss": .string(clientID), "sub": .string(clientID), "aud": .string(issuer), "jti": "j-1",
    "iat": 1_800_000_000, "exp": 1_800_000_060,
  ]

  static func assertionPolicy(acceptsOlderType: Bool = false) throws -> ClientAssertion.Policy {
    try ClientAssertion.Policy(
      clientID: clientID, audience: issuer, algorithms: [.es256], acceptsOlderType: acceptsOlderType)
  }

  static let introspection: JSON = [
    "iss": .string(issuer), "aud": .string(clientID), "iat": 1_800_000_000,
    "token_introspection": ["active": true, "scope": "read", "sub": "alice"],
  ]

  static func introspectionPolicy() throws -> IntrospectionResponse.Policy {
    try IntrospectionResponse.Policy(issuer: issuer, audience: clientID, algorithms: [.es256])
  }
}

extension ProfilePolicy {
  /// The code with which the policy refuses a token with these claims; nil when it accepts.
  func refuses(_ claims: JSON, type: String?, at now: Timestamp = ProfileFixtures.now) -> JOSEError.Code? {
    refusal {
      try verify(ProfileFixtures.token(claims, type: type), with: ProfileFixtures.key(), at: now)
    }
  }
}
