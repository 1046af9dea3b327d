/// What a verifier expects of a token of one profile: its `typ`, its claims, its rules.
///
/// A token of one profile is refused as any other (RFC 8725 §3.11, §3.12).
public protocol ProfilePolicy: Sendable {
  /// What the profile makes of a token.
  associatedtype Token: Sendable

  /// The algorithms that are accepted.
  var algorithms: Set<SignatureAlgorithm> { get }

  /// Checks a token with the key that the caller chose.
  /// - Parameters:
  ///   - jws: the token.
  ///   - key: the key.
  ///   - now: the time.
  /// - Returns: What the token says, from the bytes that were verified.
  /// - Throws: ``JOSEError`` with a code for each check.
  func verify(
    _ jws: CompactJWS, with key: VerificationKey, at now: Timestamp
  ) throws(JOSEError) -> Verified<Token>
}

extension ProfilePolicy {
  /// Checks a token with the key of a set that its `kid` names; there is no default key.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - keys: the keys that are trusted for whoever the policy expects the token from.
  ///   - now: the time.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Returns: What the token says, from the bytes that were verified.
  /// - Throws: ``JOSEError`` with code `unknown_key`, or as the other form and
  ///   ``CompactJWS/init(_:maximumBytes:)``.
  public func verify(
    _ token: [UInt8], with keys: JWKSet, at now: Timestamp,
    maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) -> Verified<Token> {
    let jws = try CompactJWS(token, maximumBytes: maximumBytes)
    return try verify(jws, with: jws.key(of: keys, allowing: algorithms), at: now)
  }
}

extension JOSEError.Code {
  /// A claim of a profile that is not what the verifier expects, beyond `iss` and `aud`.
  public static let claimMismatch = Self(rawValue: "claim_mismatch")
  /// A claim that the profile forbids.
  public static let unexpectedClaim = Self(rawValue: "unexpected_claim")
  /// A proof by another key than the token is bound to (RFC 7800).
  public static let bindingMismatch = Self(rawValue: "binding_mismatch")
}

// MARK: - What profiles share

extension ClaimsPolicy {
  /// Checks the header, the signature and the claims; `typ` may be missing where the profile says so.
  func verifiedClaims(
    of jws: CompactJWS, with key: VerificationKey, at now: Timestamp, typeMayBeMissing: Bool = false
  ) throws(JOSEError) -> Claims {
    if typeMayBeMissing, jws.header.type == nil {
      guard algorithms.contains(jws.header.algorithm) else {
        throw JOSEError(.unsupportedAlgorithm, "\(jws.header.algorithm.rawValue) is not allowed here")
      }
      guard jws.header.isPayloadEncoded else {
        throw JOSEError(.criticalHeader, "a JWT with b64 = false (RFC 7797 §7)")
      }
    } else {
      try check(jws.header)
    }
    let claims = try jws.claims(with: key)
    try check(claims, at: now)
    return claims
  }
}

extension CompactJWS {
  /// The claims, from the bytes that `key` verifies.
  func claims(with key: VerificationKey) throws(JOSEError) -> Claims {
    let payload = try verify(with: key)
    return try Claims(parsing: payload, limits: JSONLimits(maximumBytes: payload.count))
  }
}

extension Claims {
  /// The string `name`, of 1 to `maximumBytes` bytes.
  func requiredString(_ name: String, maximumBytes: Int = 4096) throws(JOSEError) -> String {
    guard let string = try string(name) else { throw JOSEError(.missingClaim, "\(name) is missing") }
    guard 1...maximumBytes ~= string.utf8.count else {
      throw JOSEError(.malformedClaim, "\(name) is empty, or has more than \(maximumBytes) bytes")
    }
    return string
  }

  func requiredTimestamp(_ name: String) throws(JOSEError) -> Timestamp {
    guard let instant = try timestamp(name) else { throw JOSEError(.missingClaim, "\(name) is missing") }
    return instant
  }

  /// - Throws: ``JOSEError`` unless the claim `name` is there and is `expected`, byte for byte.
  func require(_ name: String, _ expected: String) throws(JOSEError) {
    guard let value = json[name] else { throw JOSEError(.missingClaim, "\(name) is missing") }
    guard value.kind == .string else { throw JOSEError(.malformedClaim, "\(name) is not a string") }
    guard value.isString(expected) else {
      throw JOSEError(.claimMismatch, "\(name) is not the expected one")
    }
  }

  /// The members that a profile does not name.
  func members(except names: Set<String>) -> [JSONMember] {
    (json.members ?? []).filter { !names.contains($0.name) }
      .map { JSONMember(name: $0.name, value: $0.value.json()) }
  }
}

/// The most bytes of a `jti`: who wants each used once has to remember it.
let maximumTokenIDBytes = 256
