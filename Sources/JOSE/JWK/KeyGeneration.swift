internal import Crypto

#if OpenSSL
  internal import JOSEOpenSSL
#endif

extension JWK {
  /// The curves on which keys are agreed on (RFC 7518 §4.6, RFC 8037 §3.2).
  public enum AgreementCurve: String, CaseIterable, Hashable, Sendable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"
    case x25519 = "X25519"
    #if OpenSSL
      /// With the trait `OpenSSL` only.
      case x448 = "X448"
    #endif
  }

  /// A fresh key that signs, from the system's generator.
  ///
  /// HMAC secrets are as long as the hash; RSA moduli have 2048 bits for SHA-256, 3072 for SHA-384 and
  /// 4096 for SHA-512.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a key ID of more than 256 bytes.
  public static func generate(
    _ algorithm: SignatureAlgorithm, keyID: String? = nil
  ) throws(JOSEError) -> JWK {
    try JWK(.generate(algorithm), keyID: keyID, algorithm: .signature(algorithm))
  }

  /// A fresh key that encrypts the keys of contents, from the system's generator.
  ///
  /// Secrets are as long as their AES key, RSA moduli have 3072 bits.
  /// - Parameters:
  ///   - algorithm: what the key is for; neither `dir`, whose key is made for an `enc`, nor a password's.
  ///   - curve: the curve, where keys are agreed on.
  ///   - keyID: the `kid`.
  /// - Returns: The key, which names its algorithm.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a key ID of more than 256 bytes;
  ///   `unsupported_algorithm` for `dir` and for passwords.
  public static func generate(
    _ algorithm: KeyManagementAlgorithm, curve: AgreementCurve = .p256, keyID: String? = nil
  ) throws(JOSEError) -> JWK {
    try JWK(.generate(algorithm, curve), keyID: keyID, algorithm: .keyManagement(algorithm))
  }

  /// A fresh secret that encrypts contents themselves (`alg` is `dir`), from the system's generator.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a key ID of more than 256 bytes.
  public static func generate(
    _ algorithm: ContentEncryptionAlgorithm, keyID: String? = nil
  ) throws(JOSEError) -> JWK {
    try JWK(
      .octets(FreshBytes.key(algorithm.keyByteCount)), keyID: keyID,
      algorithm: .contentEncryption(algorithm))
  }
}

extension KeyMaterial {
  /// A fresh key for `algorithm`: HMAC as long as the hash; RSA of 2048, 3072 and 4096 bits for the three
  /// hashes.
  static func generate(_ algorithm: SignatureAlgorithm) throws(JOSEError) -> KeyMaterial {
    switch algorithm {
    case .hs256:
      return .octets(FreshBytes.key(32))
    case .hs384:
      return .octets(FreshBytes.key(48))
    case .hs512:
      return .octets(FreshBytes.key(64))
    case .es256:
      return .p256(try fresh())
    case .es384:
      return .p384(try fresh())
    case .es512:
      return .p521(try fresh())
    case .edDSA, .ed25519:
      let key = Curve25519.Signing.PrivateKey()
      return .ed25519(KeyPair(publicKey: key.publicKey, privateKey: key))
    case .mlDSA65:
      return .mlDSA65(try .fresh())
    case .mlDSA87:
      return .mlDSA87(try .fresh())
    case .rs256, .ps256:
      return .rsa(try .generate(modulusBits: 2048))
    case .rs384, .ps384:
      return .rsa(try .generate(modulusBits: 3072))
    case .rs512, .ps512:
      return .rsa(try .generate(modulusBits: 4096))
    #if OpenSSL
      case .es256K:
        return .secp256k1(try fresh())
      case .ed448:
        return try freshEd448()
    #endif
    }
  }

  private static func fresh<Private: NISTPrivateKey>() throws(JOSEError) -> KeyPair<Private.Public, Private> {
    do {
      let key = try Private()
      return KeyPair(publicKey: key.half, privateKey: key)
    } catch {
      throw JOSEError(.invalidKey, "no key could be generated")
    }
  }

  /// A fresh key for `algorithm`: AES secrets of its size, RSA of 3072 bits.
  fileprivate static func generate(
    _ algorithm: KeyManagementAlgorithm, _ curve: JWK.AgreementCurve
  ) throws(JOSEError) -> KeyMaterial {
    if algorithm.isRSA { return .rsa(try .generate(modulusBits: 3072)) }
    if algorithm.isAgreement { return try fresh(on: curve) }
    guard !algorithm.isPasswordBased, let count = algorithm.wrappingKeyByteCount else {
      throw JOSEError(.unsupportedAlgorithm, "\(algorithm.rawValue) has no key of a size of its own")
    }
    return .octets(FreshBytes.key(count))
  }

  private static func fresh(on curve: JWK.AgreementCurve) throws(JOSEError) -> KeyMaterial {
    switch curve {
    case .p256: return .p256(try fresh())
    case .p384: return .p384(try fresh())
    case .p521: return .p521(try fresh())
    case .x25519:
      let key = Curve25519.KeyAgreement.PrivateKey()
      return .x25519(KeyPair(publicKey: key.publicKey, privateKey: key))
    #if OpenSSL
      case .x448: return try freshX448()
    #endif
    }
  }
}
