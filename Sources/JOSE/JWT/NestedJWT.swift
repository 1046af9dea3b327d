/// A nested JWT (RFC 7519 §2): claims that are signed, and then encrypted.
///
/// Who encrypted a token is not known: anybody has a public key. So there is no way to the claims but through
/// the signature inside; a token with claims that are only encrypted is refused.
public struct NestedJWT: Sendable {
  /// The header of the encryption, which nobody has vouched for yet: good for finding a key.
  public let header: JWEHeader

  private let jwe: CompactJWE
  /// The same header's claims, if it repeats any (RFC 7519 §5.3).
  private let replicated: [(name: String, value: ParsedJSON)]
  private let maximumBytes: Int

  /// Reads a token.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - maximumBytes: the limit that is checked before anything else; the inner token's as well.
  /// - Throws: ``JOSEError`` as ``CompactJWE/init(_:maximumBytes:)``; `type_mismatch` when `cty` does not say
  ///   that a JWT is inside (RFC 7519 §5.2).
  public init(
    _ token: [UInt8], maximumBytes: Int = CompactJWE.defaultMaximumBytes
  ) throws(JOSEError) {
    jwe = try CompactJWE(token, maximumBytes: maximumBytes)
    header = jwe.header
    self.maximumBytes = maximumBytes
    guard let contentType = header.contentType, MediaType(contentType) == MediaType("JWT") else {
      throw JOSEError(.typeMismatch, "cty is not JWT")
    }
    let end = token.firstIndex(of: UInt8(ascii: ".")) ?? token.endIndex
    let json = try ParsedJSON(parsing: Base64URL.decode(token.span.extracting(0..<end)))
    replicated = ["iss", "sub", "aud"].compactMap { name in json[name].map { (name, $0) } }
  }

  /// Decrypts the token.
  /// - Parameters:
  ///   - key: the key that the caller chose.
  ///   - policy: what the caller accepts of the encryption.
  /// - Returns: The token inside, which has yet to be verified.
  /// - Throws: ``JOSEError`` as ``CompactJWE/decrypt(with:policy:)``; `malformed_token`, or as
  ///   ``CompactJWS/init(_:maximumBytes:)``, when what is inside is not signed.
  public func open(with key: DecryptionKey, policy: DecryptionPolicy) throws(JOSEError) -> Inner {
    let jws = try CompactJWS(jwe.decrypt(with: key, policy: policy), maximumBytes: maximumBytes)
    return Inner(jws: jws, replicated: replicated)
  }

  /// Signs claims, and encrypts the signed token; `cty` is `JWT`.
  /// - Parameters:
  ///   - claims: a JSON object.
  ///   - type: the inner header's `typ`, as `at+jwt`; not empty.
  ///   - key: signs; its `alg` and `kid` go into the inner header.
  ///   - encryptionKey: encrypts; its `alg` and `kid` go into the outer header.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` as ``JWT/sign(_:type:with:)-(JSON,_,_)`` and
  ///   ``CompactJWE/encrypt(_:type:contentType:with:encryption:isCompressed:)``.
  public static func sign(
    _ claims: JSON, type: String, with key: SigningKey, encryptingWith encryptionKey: EncryptionKey,
    encryption: ContentEncryptionAlgorithm? = nil
  ) throws(JOSEError) -> String {
    try encrypt(
      JWT.sign(claims, type: type, with: key), with: encryptionKey, encryption: encryption)
  }

  /// Encrypts a token that is signed already, as a profile's; `cty` is `JWT`.
  /// - Parameters:
  ///   - token: a JWS in compact serialization.
  ///   - key: its `alg` and `kid` go into the outer header.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` with code `malformed_token` for a text that is not signed, or as
  ///   ``CompactJWE/encrypt(_:type:contentType:with:encryption:isCompressed:)``.
  public static func encrypt(
    _ token: String, with key: EncryptionKey, encryption: ContentEncryptionAlgorithm? = nil
  ) throws(JOSEError) -> String {
    let bytes = Array(token.utf8)
    _ = try CompactJWS(bytes, maximumBytes: bytes.count)
    return try CompactJWE.encrypt(bytes, contentType: "JWT", with: key, encryption: encryption)
  }
}

extension NestedJWT {
  /// The signed token that was inside an encrypted one, not yet verified.
  public struct Inner: Sendable {
    let jws: CompactJWS
    fileprivate let replicated: [(name: String, value: ParsedJSON)]

    /// The inner header, which nobody has vouched for yet: good for finding a key.
    public var header: JWSHeader { jws.header }

    /// Checks the token, as ``JWT/verify(_:with:policy:at:)`` does.
    /// - Parameters:
    ///   - key: the key that the caller chose by the inner header's `kid`.
    ///   - policy: what is expected of the inner token.
    ///   - now: the time.
    /// - Returns: The claims, and the inner header.
    /// - Throws: ``JOSEError`` as ``JWT/verify(_:with:policy:at:)``; `claim_mismatch` for a claim that the
    ///   outer header repeats otherwise (RFC 7519 §5.3).
    public func verify(
      with key: VerificationKey, policy: ClaimsPolicy, at now: Timestamp
    ) throws(JOSEError) -> Verified<Claims> {
      let verified = try JWT.verify(jws, with: key, policy: policy, at: now)
      try checkReplicated(verified.value)
      return verified
    }

    /// Checks the token with the key of a set that its `kid` names; there is no default key.
    /// - Parameters:
    ///   - keys: the keys that are trusted for the policy's issuer.
    ///   - policy: what is expected of the inner token.
    ///   - now: the time.
    /// - Returns: The claims, and the inner header.
    /// - Throws: ``JOSEError`` with code `unknown_key`, or as the other form.
    public func verify(
      with keys: JWKSet, policy: ClaimsPolicy, at now: Timestamp
    ) throws(JOSEError) -> Verified<Claims> {
      try verify(with: jws.key(of: keys, allowing: policy.algorithms), policy: policy, at: now)
    }

    /// Checks the token as its profile demands, with the key of a set that its `kid` names.
    /// - Parameters:
    ///   - keys: the keys that are trusted for whoever the policy expects the token from.
    ///   - policy: what is expected of the inner token.
    ///   - now: the time.
    /// - Returns: What the token says, and the inner header.
    /// - Throws: ``JOSEError`` with code `unknown_key`, as the profile's policy, or `claim_mismatch` for a
    ///   claim that the outer header repeats otherwise (RFC 7519 §5.3).
    public func verify<Policy: ProfilePolicy>(
      with keys: JWKSet, policy: Policy, at now: Timestamp
    ) throws(JOSEError) -> Verified<Policy.Token> {
      let key = try jws.key(of: keys, allowing: policy.algorithms)
      let verified = try policy.verify(jws, with: key, at: now)
      if !replicated.isEmpty { try checkReplicated(jws.claims(with: key)) }
      return verified
    }

    private func checkReplicated(_ claims: Claims) throws(JOSEError) {
      for (name, value) in replicated {
        guard claims.json[name]?.json().encoded() == value.json().encoded() else {
          throw JOSEError(
            .claimMismatch, "the outer header repeats \(name), and not as the claims have it")
        }
      }
    }
  }
}

extension NestedJWT: CustomStringConvertible, CustomReflectable {
  /// The outer algorithms and the size; never the token.
  public var description: String { "NestedJWT(\(jwe))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension NestedJWT.Inner: CustomStringConvertible, CustomReflectable {
  /// The inner algorithm and the size; never the token.
  public var description: String { "Inner(\(jws))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}
