/// JSON Web Tokens (RFC 7519): claims in a JWS in compact serialization.
public enum JWT {
  /// Signs claims.
  /// - Parameters:
  ///   - claims: a JSON object.
  ///   - type: the header's `typ`, as `at+jwt`; not empty, for a token of one profile must not pass as
  ///     another's.
  ///   - key: its `alg` and `kid` go into the header.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` with code `unexpected_json` for claims that are no object or hold a number that
  ///   is not finite; `duplicate_member` for a name given twice; `too_large` for values nested deeper than
  ///   16; `malformed_claim` for a registered claim of the wrong type; `type_mismatch` for an empty type;
  ///   `invalid_key` when the key cannot sign.
  public static func sign(
    _ claims: JSON, type: String, with key: SigningKey
  ) throws(JOSEError) -> String {
    guard case .object = claims else { throw JOSEError(.unexpectedJSON, "claims are a JSON object") }
    guard !type.isEmpty else { throw JOSEError(.typeMismatch, "the type is empty") }
    guard claims.isFinite else { throw JOSEError(.unexpectedJSON, "a number that JSON cannot carry") }
    let payload = claims.encoded()
    // What our own reader would not take is not signed.
    _ = try Claims(parsing: payload, limits: JSONLimits(maximumBytes: payload.count))
    return try CompactJWS.sign(payload: payload, type: type, with: key)
  }

  /// Signs a value that encodes as a JSON object.
  /// - Parameters:
  ///   - claims: the value; times are ``Timestamp``, which encodes as NumericDate.
  ///   - type: the header's `typ`, as `at+jwt`; not empty.
  ///   - key: its `alg` and `kid` go into the header.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` as ``sign(_:type:with:)-(JSON,_,_)``.
  public static func sign(
    _ claims: some Encodable, type: String, with key: SigningKey
  ) throws(JOSEError) -> String {
    try sign(JSON(encoding: claims), type: type, with: key)
  }

  /// Checks a token: algorithm, `typ`, signature, then the claims.
  /// - Parameters:
  ///   - jws: the token.
  ///   - key: the key that the caller chose by the header's `kid`.
  ///   - policy: what is expected.
  ///   - now: the time.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` with a code for each check of ``ClaimsPolicy``, or as
  ///   ``CompactJWS/verify(with:)``.
  public static func verify(
    _ jws: CompactJWS, with key: VerificationKey, policy: ClaimsPolicy, at now: Timestamp
  ) throws(JOSEError) -> Verified<Claims> {
    try policy.check(jws.header)
    let payload = try jws.verify(with: key)
    let claims = try Claims(parsing: payload, limits: JSONLimits(maximumBytes: payload.count))
    try policy.check(claims, at: now)
    return Verified(claims, header: jws.header)
  }

  /// Checks a token with the key of a set that its `kid` names.
  ///
  /// A token without `kid` is refused, and so is one whose `kid` the set does not have: there is no default
  /// key.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - keys: the keys that are trusted for the policy's issuer.
  ///   - policy: what is expected; its algorithms are for keys that name none.
  ///   - now: the time.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` with code `unknown_key`, or as the other form and
  ///   ``CompactJWS/init(_:maximumBytes:)``.
  public static func verify(
    _ token: [UInt8], with keys: JWKSet, policy: ClaimsPolicy, at now: Timestamp,
    maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) -> Verified<Claims> {
    let jws = try CompactJWS(token, maximumBytes: maximumBytes)
    return try verify(jws, with: jws.key(of: keys, allowing: policy.algorithms), policy: policy, at: now)
  }
}

extension CompactJWS {
  /// The key of the set that `kid` names; there is no default key.
  func key(
    of keys: JWKSet, allowing algorithms: Set<SignatureAlgorithm>
  ) throws(JOSEError) -> VerificationKey {
    guard let keyID = header.keyID else { throw JOSEError(.unknownKey, "the header has no kid") }
    guard let key = keys[keyID] else { throw JOSEError(.unknownKey, "no key of the set has the kid") }
    return try VerificationKey(key, allowing: algorithms)
  }
}

extension JSON {
  /// Whether every number is one that JSON can carry; the others would be written as `null`.
  fileprivate var isFinite: Bool {
    switch self {
    case .number(let number): number.isFinite
    case .array(let elements): elements.allSatisfy(\.isFinite)
    case .object(let members): members.allSatisfy(\.value.isFinite)
    case .null, .bool, .integer, .string: true
    }
  }
}
