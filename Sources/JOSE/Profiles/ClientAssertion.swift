/// A client assertion (RFC 7523 §2.2, §3): a client proves who it is with its own key, to one server.
public struct ClientAssertion: Sendable {
  /// `iss` and `sub`.
  public let clientID: String
  /// `aud`: the authorization server's issuer identifier, alone.
  public let audience: String
  /// `jti`: good once. At most 256 bytes.
  public let tokenID: String
  /// `exp`.
  public let expiresAt: Timestamp
  /// `iat`; nil when it is absent.
  public let issuedAt: Timestamp?

  /// An assertion to be signed.
  public init(
    clientID: String, audience: String, tokenID: String, issuedAt: Timestamp?, expiresAt: Timestamp
  ) {
    self.clientID = clientID
    self.audience = audience
    self.tokenID = tokenID
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  /// Signs the assertion; `typ` is `client-authentication+jwt`.
  /// - Throws: ``JOSEError`` as ``JWT/sign(_:type:with:)-(JSON,_,_)``.
  public func sign(with key: SigningKey) throws(JOSEError) -> String {
    let claims = JSON.object(omittingNil: [
      "iss": .string(clientID), "sub": .string(clientID), "aud": .string(audience), "jti": .string(tokenID),
      "iat": issuedAt.map { .timestamp($0) }, "exp": .timestamp(expiresAt),
    ])
    return try JWT.sign(claims, type: Self.type, with: key)
  }

  static let type = "client-authentication+jwt"
}

extension ClientAssertion {
  /// What an authorization server expects of a client's assertion.
  public struct Policy: ProfilePolicy {
    public let algorithms: Set<SignatureAlgorithm>
    private let claims: ClaimsPolicy
    private let older: ClaimsPolicy?
    private let maximumLifetime: Duration

    /// A policy. `aud` must be the server's own issuer identifier and nobody else's: an assertion that is
    /// good at several servers can be used by one of them at another (RFC 9700 §4.4 is of the same kind).
    /// - Parameters:
    ///   - clientID: what `iss` and `sub` must be.
    ///   - audience: the server's issuer identifier.
    ///   - algorithms: at least one.
    ///   - maximumLifetime: how far ahead `exp` may lie; 5 minutes by default.
    ///   - leeway: 0 to 60 s; 0 by default.
    ///   - acceptsOlderType: whether `typ` may also be `JWT`, or absent, as RFC 7523 has it: then only the
    ///     client's keys and `iss` tell an assertion from another token.
    /// - Throws: ``JOSEError`` with code `invalid_policy`.
    public init(
      clientID: String, audience: String, algorithms: Set<SignatureAlgorithm>,
      maximumLifetime: Duration = .seconds(300), leeway: Duration = .zero, acceptsOlderType: Bool = false
    ) throws(JOSEError) {
      guard maximumLifetime > .zero else { throw JOSEError(.invalidPolicy, "no lifetime is allowed") }
      func policy(_ type: String) throws(JOSEError) -> ClaimsPolicy {
        try ClaimsPolicy(
          issuer: clientID, audience: audience, type: type, algorithms: algorithms, leeway: leeway,
          requiredClaims: ["exp", "sub", "jti"])
      }
      claims = try policy(ClientAssertion.type)
      older = acceptsOlderType ? try policy("JWT") : nil
      self.algorithms = algorithms
      self.maximumLifetime = maximumLifetime
    }

    public func verify(
      _ jws: CompactJWS, with key: VerificationKey, at now: Timestamp
    ) throws(JOSEError) -> Verified<ClientAssertion> {
      let claims = try verifiedClaims(of: jws, with: key, at: now)
      let clientID = self.claims.issuer
      try claims.require("sub", clientID)
      guard claims.audience.count == 1 else {
        throw JOSEError(.audienceMismatch, "an assertion for more than one server")
      }
      let expiresAt = try claims.requiredTimestamp("exp")
      guard expiresAt <= now + maximumLifetime + self.claims.leeway else {
        throw JOSEError(.claimMismatch, "exp lies further ahead than \(maximumLifetime)")
      }
      let tokenID = try claims.requiredString("jti", maximumBytes: maximumTokenIDBytes)
      let assertion = ClientAssertion(
        clientID: clientID, audience: self.claims.audience, tokenID: tokenID, issuedAt: claims.issuedAt,
        expiresAt: expiresAt)
      return Verified(assertion, header: jws.header)
    }

    private func verifiedClaims(
      of jws: CompactJWS, with key: VerificationKey, at now: Timestamp
    ) throws(JOSEError) -> Claims {
      guard let older else { return try claims.verifiedClaims(of: jws, with: key, at: now) }
      do throws(JOSEError) {
        return try claims.verifiedClaims(of: jws, with: key, at: now)
      } catch {
        guard error.code == .typeMismatch else { throw error }
        return try older.verifiedClaims(of: jws, with: key, at: now, typeMayBeMissing: true)
      }
    }
  }
}
