extension JWT {
  /// Checks a token with the key of a set that its `kid` names, and decodes its claims.
  ///
  /// In `Claims` a time is a ``Timestamp``, and a claim that may be absent is an `Optional`.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - keys: the keys that are trusted for the policy's issuer.
  ///   - policy: what is expected.
  ///   - now: the time.
  ///   - type: what the claims decode to.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` as the form without a type; `unexpected_json`, naming the
  ///   path, when the claims have another shape.
  public static func verify<Value: Decodable & Sendable>(
    _ token: [UInt8], with keys: JWKSet, policy: ClaimsPolicy, at now: Timestamp, as type: Value.Type,
    maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) -> Verified<Value> {
    let verified = try verify(token, with: keys, policy: policy, at: now, maximumBytes: maximumBytes)
    return Verified(try verified.value.decode(type), header: verified.header)
  }

  /// Checks a token with the key that the caller chose, and decodes its claims.
  /// - Parameters:
  ///   - jws: the token.
  ///   - key: the key that the caller chose by the header's `kid`.
  ///   - policy: what is expected.
  ///   - now: the time.
  ///   - type: what the claims decode to.
  /// - Returns: The claims, from the bytes that were verified.
  /// - Throws: ``JOSEError`` as ``verify(_:with:policy:at:)``; `unexpected_json`, naming the path, when the
  ///   claims have another shape.
  public static func verify<Value: Decodable & Sendable>(
    _ jws: CompactJWS, with key: VerificationKey, policy: ClaimsPolicy, at now: Timestamp, as type: Value.Type
  ) throws(JOSEError) -> Verified<Value> {
    let verified = try verify(jws, with: key, policy: policy, at: now)
    return Verified(try verified.value.decode(type), header: verified.header)
  }
}
