// A token as a `String`, which is how most callers have it. The ASCII bytes are what is read.

extension JWT {
  /// Checks a token with the key of a set that its `kid` names.
  /// - Parameters:
  ///   - token: the text.
  ///   - keys: the keys that are trusted for the policy's issuer.
  ///   - policy: what is expected; its algorithms are for keys that name none.
  ///   - now: the time.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` as the form that takes bytes.
  public static func verify(
    _ token: String, with keys: JWKSet, policy: ClaimsPolicy, at now: Timestamp,
    maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) -> Verified<Claims> {
    try verify(Array(token.utf8), with: keys, policy: policy, at: now, maximumBytes: maximumBytes)
  }

  /// Checks a token with the key of a set that its `kid` names, and decodes its claims.
  /// - Parameters:
  ///   - token: the text.
  ///   - keys: the keys that are trusted for the policy's issuer.
  ///   - policy: what is expected.
  ///   - now: the time.
  ///   - type: what the claims decode to.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` as the form that takes bytes.
  public static func verify<Value: Decodable & Sendable>(
    _ token: String, with keys: JWKSet, policy: ClaimsPolicy, at now: Timestamp, as type: Value.Type,
    maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) -> Verified<Value> {
    try verify(
      Array(token.utf8), with: keys, policy: policy, at: now, as: type, maximumBytes: maximumBytes)
  }
}

extension ProfilePolicy {
  /// Checks a token with the key of a set that its `kid` names; there is no default key.
  /// - Parameters:
  ///   - token: the text.
  ///   - keys: the keys that are trusted for whoever the policy expects the token from.
  ///   - now: the time.
  /// - Returns: What the token says, from the bytes that were verified.
  /// - Throws: ``JOSEError`` as the form that takes bytes.
  public func verify(
    _ token: String, with keys: JWKSet, at now: Timestamp
  ) throws(JOSEError) -> Verified<Token> {
    try verify(Array(token.utf8), with: keys, at: now)
  }
}

extension CompactJWS {
  /// Reads a token from a text of at most 16 KiB.
  /// - Throws: ``JOSEError`` as the form that takes bytes.
  public init(_ token: String) throws(JOSEError) {
    try self.init(Array(token.utf8))
  }
}

extension CompactJWE {
  /// Reads a token from a text of at most 16 KiB.
  /// - Throws: ``JOSEError`` as the form that takes bytes.
  public init(_ token: String) throws(JOSEError) {
    try self.init(Array(token.utf8))
  }
}
