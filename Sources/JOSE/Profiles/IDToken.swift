/// An ID token (OpenID Connect Core §2): who signed in, where and when.
public struct IDToken: Sendable {
  /// `iss`.
  public var issuer: String
  /// `sub`: at most 255 ASCII characters.
  public var subject: String
  /// `aud`: the client, and whoever else.
  public var audience: [String]
  /// `exp`.
  public var expiresAt: Timestamp
  /// `iat`.
  public var issuedAt: Timestamp
  /// `nonce`, from the client's request.
  public var nonce: String?
  /// `auth_time`: when the user signed in.
  public var authenticatedAt: Timestamp?
  /// `acr`: how sure the sign-in was.
  public var authenticationContext: String?
  /// `amr`: by which means.
  public var authenticationMethods: [String]?
  /// `azp`: the client that the token was issued to.
  public var authorizedParty: String?
  /// `sid`: the session at the issuer.
  public var sessionID: String?
  /// `at_hash`; ``SignatureAlgorithm/halfHash(of:)`` of the access token.
  public var accessTokenHash: String?
  /// `c_hash`; ``SignatureAlgorithm/halfHash(of:)`` of the authorization code.
  public var codeHash: String?
  /// All other claims.
  public var additionalClaims: [JSONMember] = []

  /// What a token has to say at least.
  public init(
    issuer: String, subject: String, audience: [String], expiresAt: Timestamp, issuedAt: Timestamp
  ) {
    self.issuer = issuer
    self.subject = subject
    self.audience = audience
    self.expiresAt = expiresAt
    self.issuedAt = issuedAt
  }

  /// Signs the token; `typ` is `JWT`.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for an empty or overlong subject, or no audience; or
  ///   as ``JWT/sign(_:type:with:)-(JSON,_,_)``.
  public func sign(with key: SigningKey) throws(JOSEError) -> String {
    guard !audience.isEmpty else { throw JOSEError(.malformedClaim, "aud is empty") }
    try Self.check(subject: subject)
    let single = audience.count == 1 ? JSON.string(audience[0]) : .strings(audience)
    let members: KeyValuePairs<String, JSON?> = [
      "iss": .string(issuer), "sub": .string(subject), "aud": single, "exp": .timestamp(expiresAt),
      "iat": .timestamp(issuedAt), "nonce": nonce.map { .string($0) },
      "auth_time": authenticatedAt.map { .timestamp($0) }, "acr": authenticationContext.map { .string($0) },
      "amr": authenticationMethods.map { .strings($0) }, "azp": authorizedParty.map { .string($0) },
      "sid": sessionID.map { .string($0) }, "at_hash": accessTokenHash.map { .string($0) },
      "c_hash": codeHash.map { .string($0) },
    ]
    return try JWT.sign(
      JSON.object(omittingNil: members).appending(additionalClaims), type: Self.type, with: key)
  }

  static let type = "JWT"

  /// OpenID Connect Core §2.
  fileprivate static func check(subject: String) throws(JOSEError) {
    guard 1...255 ~= subject.utf8.count, subject.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw JOSEError(.malformedClaim, "sub is not 1 to 255 ASCII characters")
    }
  }

  fileprivate init(_ claims: Claims) throws(JOSEError) {
    self.init(
      issuer: try claims.requiredString("iss"), subject: try claims.requiredString("sub"),
      audience: claims.audience, expiresAt: try claims.requiredTimestamp("exp"),
      issuedAt: try claims.requiredTimestamp("iat"))
    try Self.check(subject: subject)
    nonce = try claims.string("nonce")
    authenticatedAt = try claims.timestamp("auth_time")
    authenticationContext = try claims.string("acr")
    authenticationMethods = try claims.strings("amr")
    authorizedParty = try claims.string("azp")
    sessionID = try claims.string("sid")
    accessTokenHash = try claims.string("at_hash")
    codeHash = try claims.string("c_hash")
    additionalClaims = claims.members(except: [
      "iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "azp", "sid", "at_hash",
      "c_hash",
    ])
  }
}

extension IDToken {
  /// What a client expects of an ID token (OpenID Connect Core §3.1.3.7).
  public struct Policy: ProfilePolicy {
    /// What `nonce` must be.
    public enum Nonce: Sendable, Hashable {
      /// The request had none: a token with one was issued to another.
      case none
      /// What the request had.
      case required(String)
      /// What the first request had, for a token that came by a refresh, and which may have none (§12.2).
      case ifPresent(String)
    }

    public let algorithms: Set<SignatureAlgorithm>
    private let claims: ClaimsPolicy
    private let nonce: Nonce

    /// Whom a token may be for besides the client; none by default.
    public var trustedAudiences: Set<String> = []
    /// How long ago the user may have signed in, as `max_age` asked; when it is set, `auth_time` is required.
    public var maximumAuthenticationAge: Duration?
    /// Which `acr` will do; when it is set, `acr` is required.
    public var authenticationContexts: Set<String>?
    /// The access token that came along; when it is set, `at_hash` is required.
    public var accessToken: String?
    /// The authorization code that came along; when it is set, `c_hash` is required.
    public var code: String?

    /// A policy. `typ` must be `JWT` or absent, as OpenID Connect has it.
    /// - Parameters:
    ///   - issuer: what `iss` must be.
    ///   - clientID: what `aud` must hold, and `azp` must be if it is there.
    ///   - algorithms: at least one.
    ///   - nonce: what `nonce` must be.
    ///   - leeway: 0 to 60 s; 0 by default.
    /// - Throws: ``JOSEError`` with code `invalid_policy`.
    public init(
      issuer: String, clientID: String, algorithms: Set<SignatureAlgorithm>, nonce: Nonce,
      leeway: Duration = .zero
    ) throws(JOSEError) {
      claims = try ClaimsPolicy(
        issuer: issuer, audience: clientID, type: IDToken.type, algorithms: algorithms, leeway: leeway,
        requiredClaims: ["exp", "iat", "sub"])
      self.algorithms = algorithms
      self.nonce = nonce
    }

    public func verify(
      _ jws: CompactJWS, with key: VerificationKey, at now: Timestamp
    ) throws(JOSEError) -> Verified<IDToken> {
      let claims = try claims.verifiedClaims(of: jws, with: key, at: now, typeMayBeMissing: true)
      try checkParties(claims)
      try checkNonce(claims)
      try checkAuthentication(claims, at: now)
      if let accessToken { try claims.require("at_hash", key.halfHash(of: accessToken)) }
      if let code { try claims.require("c_hash", key.halfHash(of: code)) }
      return Verified(try IDToken(claims), header: jws.header)
    }
  }
}

extension IDToken.Policy {
  private func checkParties(_ claims: Claims) throws(JOSEError) {
    let clientID = self.claims.audience
    let others = claims.audience.filter { !$0.utf8.elementsEqual(clientID.utf8) }
    guard others.allSatisfy({ $0.isOne(of: trustedAudiences) }) else {
      throw JOSEError(.audienceMismatch, "aud holds somebody who is not trusted")
    }
    // Whoever else a token is for must not be able to hand it on as theirs.
    guard others.isEmpty, claims.json["azp"] == nil else { return try claims.require("azp", clientID) }
  }

  private func checkNonce(_ claims: Claims) throws(JOSEError) {
    switch nonce {
    case .none:
      guard claims.json["nonce"] == nil else {
        throw JOSEError(.unexpectedClaim, "a nonce, but the request had none")
      }
    case .required(let expected): try claims.require("nonce", expected)
    case .ifPresent(let expected):
      if claims.json["nonce"] != nil { try claims.require("nonce", expected) }
    }
  }

  private func checkAuthentication(_ claims: Claims, at now: Timestamp) throws(JOSEError) {
    if let maximumAuthenticationAge {
      let authenticatedAt = try claims.requiredTimestamp("auth_time")
      guard now <= authenticatedAt + maximumAuthenticationAge + self.claims.leeway else {
        throw JOSEError(.tooOld, "auth_time lies further back than \(maximumAuthenticationAge)")
      }
      guard authenticatedAt <= now + self.claims.leeway else {
        throw JOSEError(.issuedInFuture, "auth_time lies ahead")
      }
    }
    if let authenticationContexts {
      let context = try claims.requiredString("acr")
      guard context.isOne(of: authenticationContexts) else {
        throw JOSEError(.claimMismatch, "acr is none of those that will do")
      }
    }
  }
}

extension IDToken: CustomStringConvertible, CustomReflectable {
  /// The issuer; never who signed in, or the nonce.
  public var description: String { "IDToken(\(issuer))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension IDToken.Policy: CustomStringConvertible, CustomReflectable {
  /// The issuer; never the access token, the code or the nonce.
  public var description: String { "IDToken.Policy(\(claims.issuer))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension IDToken.Policy.Nonce: CustomStringConvertible, CustomReflectable {
  /// Whether there is one; never which.
  public var description: String {
    switch self {
    case .none: "none"
    case .required: "required"
    case .ifPresent: "ifPresent"
    }
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
  /// Whether it is one of the names, byte for byte: to a set, what Unicode calls equivalent is equal.
  fileprivate func isOne(of names: Set<String>) -> Bool {
    names.contains { $0.utf8.elementsEqual(utf8) }
  }
}
