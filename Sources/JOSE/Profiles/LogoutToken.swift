/// A logout token (OpenID Connect Back-Channel Logout §2.4): a user, or one session, has ended at the issuer.
public struct LogoutToken: Sendable {
  /// `iss`.
  public let issuer: String
  /// `aud`: the clients.
  public let audience: [String]
  /// `sub`; nil when only the session is named.
  public let subject: String?
  /// `sid`; nil when all of the user's sessions are meant.
  public let sessionID: String?
  /// `jti`: each is to be acted on once. At most 256 bytes.
  public let tokenID: String
  /// `iat`.
  public let issuedAt: Timestamp
  /// `exp`.
  public let expiresAt: Timestamp

  /// A token to be signed.
  /// - Throws: ``JOSEError`` with code `missing_claim` when neither a subject nor a session is named, or no
  ///   audience; `malformed_claim` for an empty subject or session.
  public init(
    issuer: String, audience: [String], subject: String?, sessionID: String?, tokenID: String,
    issuedAt: Timestamp, expiresAt: Timestamp
  ) throws(JOSEError) {
    guard subject != nil || sessionID != nil else { throw JOSEError(.missingClaim, "neither sub nor sid") }
    // An empty name is nobody's, or to a careless reader everybody's.
    guard subject != "", sessionID != "" else { throw JOSEError(.malformedClaim, "sub or sid is empty") }
    guard !audience.isEmpty else { throw JOSEError(.missingClaim, "aud is empty") }
    self.issuer = issuer
    self.audience = audience
    self.subject = subject
    self.sessionID = sessionID
    self.tokenID = tokenID
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  /// Signs the token.
  /// - Throws: ``JOSEError`` as ``JWT/sign(_:type:with:)-(JSON,_,_)``.
  public func sign(with key: SigningKey) throws(JOSEError) -> String {
    let claims = JSON.object(omittingNil: [
      "iss": .string(issuer), "aud": audience.count == 1 ? .string(audience[0]) : .strings(audience),
      "sub": subject.map { .string($0) }, "sid": sessionID.map { .string($0) }, "jti": .string(tokenID),
      "iat": .timestamp(issuedAt), "exp": .timestamp(expiresAt),
      "events": .object([JSONMember(name: Self.event, value: .object([]))]),
    ])
    return try JWT.sign(claims, type: Self.type, with: key)
  }

  static let type = "logout+jwt"
  static let event = "http://schemas.openid.net/event/backchannel-logout"
}

extension LogoutToken {
  /// What a client expects of a logout token (OpenID Connect Back-Channel Logout §2.6).
  public struct Policy: ProfilePolicy {
    public let algorithms: Set<SignatureAlgorithm>
    private let claims: ClaimsPolicy

    /// A policy. `typ` must be `logout+jwt`.
    /// - Parameters:
    ///   - issuer: what `iss` must be.
    ///   - clientID: what `aud` must hold.
    ///   - algorithms: at least one.
    ///   - maximumAge: how long ago a token may have been issued; 2 minutes by default.
    ///   - leeway: 0 to 60 s; 0 by default.
    /// - Throws: ``JOSEError`` with code `invalid_policy`.
    public init(
      issuer: String, clientID: String, algorithms: Set<SignatureAlgorithm>,
      maximumAge: Duration = .seconds(120), leeway: Duration = .zero
    ) throws(JOSEError) {
      claims = try ClaimsPolicy(
        issuer: issuer, audience: clientID, type: LogoutToken.type, algorithms: algorithms, leeway: leeway,
        maximumAge: maximumAge, requiredClaims: ["exp", "iat", "jti", "events"])
      self.algorithms = algorithms
    }

    public func verify(
      _ jws: CompactJWS, with key: VerificationKey, at now: Timestamp
    ) throws(JOSEError) -> Verified<LogoutToken> {
      let claims = try claims.verifiedClaims(of: jws, with: key, at: now)
      // What has one may be meant to pass as an ID token.
      guard claims.json["nonce"] == nil else {
        throw JOSEError(.unexpectedClaim, "a logout token with a nonce")
      }
      guard claims.json["events"]?[LogoutToken.event]?.kind == .object else {
        throw JOSEError(.claimMismatch, "events does not hold \(LogoutToken.event), an object")
      }
      let token = try LogoutToken(
        issuer: try claims.requiredString("iss"), audience: claims.audience,
        subject: try claims.string("sub"), sessionID: try claims.string("sid"),
        tokenID: try claims.requiredString("jti", maximumBytes: maximumTokenIDBytes),
        issuedAt: try claims.requiredTimestamp("iat"), expiresAt: try claims.requiredTimestamp("exp"))
      return Verified(token, header: jws.header)
    }
  }
}
