/// A signed answer to a question about a token (RFC 9701 §5).
public struct IntrospectionResponse: Sendable {
  /// `iss`: the authorization server.
  public let issuer: String
  /// `aud`: the resource servers that asked.
  public let audience: [String]
  /// `iat`.
  public let issuedAt: Timestamp
  /// `active`: whether the token counts, now and for who asked. Nothing else is said of one that does not.
  public let isActive: Bool
  /// The other members of `token_introspection` (RFC 7662 §2.2), as `scope`, `sub`, `exp`.
  public let tokenMembers: [JSONMember]

  /// What is said of a token that counts.
  /// - Parameters:
  ///   - issuer: `iss`.
  ///   - audience: `aud`.
  ///   - issuedAt: `iat`.
  ///   - tokenMembers: what is said of the token, beside `active`.
  /// - Returns: The answer.
  public static func active(
    issuer: String, audience: [String], issuedAt: Timestamp, tokenMembers: [JSONMember]
  ) -> IntrospectionResponse {
    IntrospectionResponse(
      issuer: issuer, audience: audience, issuedAt: issuedAt, isActive: true, tokenMembers: tokenMembers)
  }

  /// What is said of every other token: nothing but that.
  /// - Parameters:
  ///   - issuer: `iss`.
  ///   - audience: `aud`.
  ///   - issuedAt: `iat`.
  /// - Returns: The answer.
  public static func inactive(
    issuer: String, audience: [String], issuedAt: Timestamp
  ) -> IntrospectionResponse {
    IntrospectionResponse(
      issuer: issuer, audience: audience, issuedAt: issuedAt, isActive: false, tokenMembers: [])
  }

  /// Signs the answer.
  /// - Throws: ``JOSEError`` with code `missing_claim` for no audience, or as
  ///   ``JWT/sign(_:type:with:)-(JSON,_,_)``.
  public func sign(with key: SigningKey) throws(JOSEError) -> String {
    guard !audience.isEmpty else { throw JOSEError(.missingClaim, "aud is empty") }
    let token = [JSONMember(name: "active", value: .bool(isActive))] + tokenMembers
    let claims: JSON = [
      "iss": .string(issuer), "aud": audience.count == 1 ? .string(audience[0]) : .strings(audience),
      "iat": .timestamp(issuedAt), "token_introspection": .object(token),
    ]
    return try JWT.sign(claims, type: Self.type, with: key)
  }

  static let type = "token-introspection+jwt"
}

extension IntrospectionResponse {
  /// What a resource server expects of an answer.
  public struct Policy: ProfilePolicy {
    public let algorithms: Set<SignatureAlgorithm>
    private let claims: ClaimsPolicy

    /// A policy. `typ` must be `token-introspection+jwt`.
    /// - Parameters:
    ///   - issuer: what `iss` must be.
    ///   - audience: what `aud` must hold: the resource server's own name.
    ///   - algorithms: at least one.
    ///   - maximumAge: how long ago the answer may have been given; 60 s by default.
    ///   - leeway: 0 to 60 s; 0 by default.
    /// - Throws: ``JOSEError`` with code `invalid_policy`.
    public init(
      issuer: String, audience: String, algorithms: Set<SignatureAlgorithm>,
      maximumAge: Duration = .seconds(60), leeway: Duration = .zero
    ) throws(JOSEError) {
      claims = try ClaimsPolicy(
        issuer: issuer, audience: audience, type: IntrospectionResponse.type, algorithms: algorithms,
        leeway: leeway, maximumAge: maximumAge, requiredClaims: ["iat", "token_introspection"])
      self.algorithms = algorithms
    }

    public func verify(
      _ jws: CompactJWS, with key: VerificationKey, at now: Timestamp
    ) throws(JOSEError) -> Verified<IntrospectionResponse> {
      let claims = try claims.verifiedClaims(of: jws, with: key, at: now)
      guard let token = claims.json["token_introspection"], token.kind == .object else {
        throw JOSEError(.malformedClaim, "token_introspection is not an object")
      }
      guard let isActive = token["active"]?.bool else {
        throw JOSEError(.malformedClaim, "active is missing, or not a boolean")
      }
      let members = (token.members ?? []).filter { $0.name != "active" }
        .map { JSONMember(name: $0.name, value: $0.value.json()) }
      guard isActive || members.isEmpty else {
        throw JOSEError(.unexpectedClaim, "something is said of a token that is not active")
      }
      let response = IntrospectionResponse(
        issuer: self.claims.issuer, audience: claims.audience,
        issuedAt: try claims.requiredTimestamp("iat"), isActive: isActive, tokenMembers: members)
      return Verified(response, header: jws.header)
    }
  }
}
