extension JWK {
  /// The one algorithm that a key is for: what its `alg` names (RFC 7517 §4.4).
  public enum Algorithm: Hashable, Sendable {
    /// To sign, or to check signatures.
    case signature(SignatureAlgorithm)
    /// To encrypt the key that encrypts the content.
    case keyManagement(KeyManagementAlgorithm)
    /// To encrypt the content itself: a shared secret, used with `alg` = `dir`.
    case contentEncryption(ContentEncryptionAlgorithm)

    /// The algorithm's name, as `alg` spells it.
    public var name: String {
      switch self {
      case .signature(let algorithm): algorithm.rawValue
      case .keyManagement(let algorithm): algorithm.rawValue
      case .contentEncryption(let algorithm): algorithm.rawValue
      }
    }

    /// The algorithm of that name, byte for byte; nil for any other.
    public init?(name: String) {
      guard let match = Self.all.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
      self = match
    }

    private static let all: [Algorithm] =
      SignatureAlgorithm.allCases.map { .signature($0) }
      + KeyManagementAlgorithm.allCases.map { .keyManagement($0) }
      + ContentEncryptionAlgorithm.allCases.map { .contentEncryption($0) }
  }

  /// The signature algorithm that the key names; nil when it names none, or one that encrypts.
  public var signatureAlgorithm: SignatureAlgorithm? {
    guard case .signature(let algorithm) = algorithm else { return nil }
    return algorithm
  }

  /// The signature algorithms that such a key can have, whatever it names: by its type, curve and size.
  public var possibleSignatureAlgorithms: [SignatureAlgorithm] {
    SignatureAlgorithm.allCases.filter { material.supports($0) }
  }

  /// The key management algorithms that such a key can have, whatever it names: by its type, curve and size.
  public var possibleKeyManagementAlgorithms: [KeyManagementAlgorithm] {
    KeyManagementAlgorithm.allCases.filter { material.supports($0) }
  }
}

extension KeyMaterial {
  /// The algorithm of a key whose type is its algorithm (RFC 9964 §3); nil for all others.
  var ownAlgorithm: JWK.Algorithm? {
    switch self {
    case .mlDSA65: .signature(.mlDSA65)
    case .mlDSA87: .signature(.mlDSA87)
    default: nil
    }
  }

  /// Whether a key of this type, curve and size can have `algorithm`.
  func supports(_ algorithm: JWK.Algorithm) -> Bool {
    switch algorithm {
    case .signature(let algorithm): supports(algorithm)
    case .keyManagement(let algorithm): supports(algorithm)
    case .contentEncryption(let algorithm): supports(algorithm)
    }
  }

  /// Whether a key of this type, curve and size can have `algorithm`.
  func supports(_ algorithm: SignatureAlgorithm) -> Bool {
    switch self {
    case .octets(let secret): algorithm.keyType == .octets && secret.count >= algorithm.hashByteCount
    case .rsa: algorithm.keyType == .rsa
    case .p256: algorithm == .es256
    case .p384: algorithm == .es384
    case .p521: algorithm == .es512
    case .ed25519: algorithm == .edDSA || algorithm == .ed25519
    case .x25519: false
    case .mlDSA65: algorithm == .mlDSA65
    case .mlDSA87: algorithm == .mlDSA87
    #if OpenSSL
      case .secp256k1: algorithm == .es256K
      case .ed448: algorithm == .edDSA || algorithm == .ed448
      case .x448: false
    #endif
    }
  }

  /// Whether a key of this type, curve and size can have `algorithm`.
  func supports(_ algorithm: KeyManagementAlgorithm) -> Bool {
    switch self {
    case .octets(let secret):
      if algorithm.isPasswordBased { return true }
      guard !algorithm.isAsymmetric else { return false }
      guard let count = algorithm.wrappingKeyByteCount else {
        return ContentEncryptionAlgorithm.allCases.contains { $0.keyByteCount == secret.count }
      }
      return secret.count == count
    case .rsa: return algorithm.isRSA
    case .p256, .p384, .p521, .x25519: return algorithm.isAgreement
    case .ed25519, .mlDSA65, .mlDSA87: return false
    #if OpenSSL
      case .x448: return algorithm.isAgreement
      case .secp256k1, .ed448: return false
    #endif
    }
  }

  /// Whether it is a secret of exactly the size that `algorithm` takes.
  func supports(_ algorithm: ContentEncryptionAlgorithm) -> Bool {
    guard case .octets(let secret) = self else { return false }
    return secret.count == algorithm.keyByteCount
  }

  /// - Throws: ``JOSEError`` with code `weak_key` for a secret that is too short for `algorithm`, or
  ///   `algorithm_mismatch` when a key of this type, curve or size cannot have it.
  func require(_ algorithm: JWK.Algorithm) throws(JOSEError) {
    guard !supports(algorithm) else { return }
    guard case .octets(let secret) = self, let needed = algorithm.secretByteCount else {
      throw JOSEError(
        .algorithmMismatch,
        "a key of this type and curve (\(keyType.rawValue)) cannot be for \(algorithm.name)")
    }
    guard secret.count < needed else {
      throw JOSEError(
        .algorithmMismatch, "a secret of \(secret.count) bytes; \(algorithm.name) takes exactly \(needed)")
    }
    throw JOSEError(.weakKey, "the secret is shorter than \(needed) bytes, which \(algorithm.name) needs")
  }
}

extension JWK.Algorithm {
  /// How many bytes a shared secret for it has: at least for HMAC, exactly for AES; nil where that does not
  /// say.
  fileprivate var secretByteCount: Int? {
    switch self {
    case .signature(let algorithm): algorithm.keyType == .octets ? algorithm.hashByteCount : nil
    case .keyManagement(let algorithm): algorithm.isAsymmetric ? nil : algorithm.wrappingKeyByteCount
    case .contentEncryption(let algorithm): algorithm.keyByteCount
    }
  }
}
