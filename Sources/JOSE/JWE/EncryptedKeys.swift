extension JWK {
  /// The most bytes that an encrypted key has, unless the caller says otherwise.
  public static let maximumEncryptedBytes = 32_768

  /// The key with all that is secret, encrypted for export (RFC 7517 §7): a compact JWE whose `cty` is
  /// `jwk+json`.
  /// - Parameters:
  ///   - key: what it is encrypted to: a key, or a password.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` as ``CompactJWE/encrypt(_:type:contentType:with:encryption:isCompressed:)``.
  public func encrypted(
    with key: EncryptionKey, encryption: ContentEncryptionAlgorithm? = nil
  ) throws(JOSEError) -> String {
    try CompactJWE.encrypt(
      privateJSON().encoded(), contentType: EncryptedKeyType.key.rawValue, with: key, encryption: encryption)
  }

  /// Reads a key that was encrypted for export.
  /// - Parameters:
  ///   - token: a compact JWE.
  ///   - key: what decrypts it: a key, or a password.
  ///   - policy: what the caller accepts besides; for a password it must allow iteration counts.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `type_mismatch` when `cty` is not `jwk+json`; else as ``CompactJWE``
  ///   and ``init(parsing:)``.
  public init(
    decrypting token: [UInt8], with key: DecryptionKey, policy: DecryptionPolicy,
    maximumBytes: Int = maximumEncryptedBytes
  ) throws(JOSEError) {
    try self.init(parsing: EncryptedKeyType.key.plaintext(of: token, key, policy, maximumBytes))
  }
}

extension JWKSet {
  /// The most bytes that an encrypted set has, unless the caller says otherwise.
  public static let maximumEncryptedBytes = 393_216

  /// The set with all that is secret, encrypted for export (RFC 7517 §7): a compact JWE whose `cty` is
  /// `jwk-set+json`. What was skipped when the set was read is not in it.
  /// - Parameters:
  ///   - key: what it is encrypted to: a key, or a password.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` as ``CompactJWE/encrypt(_:type:contentType:with:encryption:isCompressed:)``.
  public func encrypted(
    with key: EncryptionKey, encryption: ContentEncryptionAlgorithm? = nil
  ) throws(JOSEError) -> String {
    let json: JSON = ["keys": .array(keys.map { $0.privateJSON() })]
    return try CompactJWE.encrypt(
      json.encoded(), contentType: EncryptedKeyType.keySet.rawValue, with: key, encryption: encryption)
  }

  /// Reads a set that was encrypted for export.
  /// - Parameters:
  ///   - token: a compact JWE.
  ///   - key: what decrypts it: a key, or a password.
  ///   - policy: what the caller accepts besides; for a password it must allow iteration counts.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `type_mismatch` when `cty` is not `jwk-set+json`; else as
  ///   ``CompactJWE`` and ``init(parsing:limits:)``.
  public init(
    decrypting token: [UInt8], with key: DecryptionKey, policy: DecryptionPolicy,
    maximumBytes: Int = maximumEncryptedBytes
  ) throws(JOSEError) {
    try self.init(parsing: EncryptedKeyType.keySet.plaintext(of: token, key, policy, maximumBytes))
  }
}

/// What is in an encrypted key or key set, as `cty` says it (RFC 7517 §7, §8.5).
private enum EncryptedKeyType: String {
  case key = "jwk+json"
  case keySet = "jwk-set+json"

  func plaintext(
    of token: [UInt8], _ key: DecryptionKey, _ policy: DecryptionPolicy, _ maximumBytes: Int
  ) throws(JOSEError) -> [UInt8] {
    let jwe = try CompactJWE(token, maximumBytes: maximumBytes)
    guard let type = jwe.header.contentType, MediaType(type) == MediaType(rawValue) else {
      throw JOSEError(.typeMismatch, "cty is not \(rawValue)")
    }
    return try jwe.decrypt(with: key, policy: policy)
  }
}
