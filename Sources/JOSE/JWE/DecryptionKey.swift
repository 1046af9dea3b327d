internal import Crypto
internal import CryptoExtras

/// A key that decrypts JWEs of exactly one key management algorithm, fixed before any token is seen.
public struct DecryptionKey: Sendable {
  /// The `kid` of the key.
  public let keyID: String?
  /// The one algorithm of the key.
  public let algorithm: KeyManagementAlgorithm
  /// The one `enc` of a key that encrypts content itself and says so (its `alg` is an `enc`); nil for all
  /// others.
  public let encryption: ContentEncryptionAlgorithm?

  private let opener: ContentKeyOpener

  /// Fixes the key's algorithm.
  /// - Parameters:
  ///   - jwk: a private key, a shared secret, or a password (RFC 7517 §C) as an `oct` key.
  ///   - algorithm: the algorithm, for a key that names none; else the same as the key's. A key whose `alg`
  ///     is an `enc` is for `dir`.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the two differ, when both are nil, or when
  ///   such a key cannot have that algorithm; `weak_key` for a secret that is too short for it; `invalid_key`
  ///   for a public key, or when the key's `use` or `key_ops` exclude decrypting.
  public init(_ jwk: JWK, algorithm: KeyManagementAlgorithm? = nil) throws(JOSEError) {
    let algorithm = try jwk.resolve(algorithm)
    try jwk.requireUse(forDecrypting: algorithm)
    guard let opener = ContentKeyOpener(jwk.material, algorithm) else {
      throw JOSEError(
        .invalidKey, "a public key cannot decrypt, nor one whose modulus has bits beyond whole bytes")
    }
    self.init(keyID: jwk.keyID, algorithm, jwk.directEncryption, opener)
  }

  /// Fixes the key's algorithm from those that a reader allows.
  /// - Parameters:
  ///   - jwk: the key.
  ///   - algorithms: what is allowed. A key that names no algorithm gets the only one among them that such a
  ///     key can have.
  /// - Throws: ``JOSEError`` as ``init(_:algorithm:)``; `unsupported_algorithm` when the key's algorithm is
  ///   not allowed, or when it names none and not exactly one fits.
  public init(_ jwk: JWK, allowing algorithms: Set<KeyManagementAlgorithm>) throws(JOSEError) {
    guard jwk.algorithm == nil else {
      let named: KeyManagementAlgorithm = try jwk.resolve(nil)
      guard algorithms.contains(named) else {
        throw JOSEError(.unsupportedAlgorithm, "a key for \(named.rawValue), which is not allowed")
      }
      try self.init(jwk)
      return
    }
    let fitting = algorithms.filter { jwk.material.supports($0) }
    guard fitting.count == 1, let algorithm = fitting.first else {
      throw JOSEError(
        .unsupportedAlgorithm, "a key that names no algorithm; \(fitting.count) of those allowed fit it")
    }
    try self.init(jwk, algorithm: algorithm)
  }

  /// A password.
  ///
  /// The policy that goes with it must allow iteration counts: PBES2 is off unless it is asked for.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` for an algorithm that takes no password.
  public init(
    password: EncryptionPassword, algorithm: KeyManagementAlgorithm = .pbes2HS512A256KW, keyID: String? = nil
  ) throws(JOSEError) {
    guard let derivation = PasswordKeyDerivation(algorithm) else {
      throw JOSEError(.algorithmMismatch, "\(algorithm.rawValue) takes no password")
    }
    self.init(keyID: keyID, algorithm, nil, .password(password.bytes, derivation))
  }

  private init(
    keyID: String?, _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm?,
    _ opener: ContentKeyOpener
  ) {
    self.keyID = keyID
    self.algorithm = algorithm
    self.encryption = encryption
    self.opener = opener
  }

  /// Decrypts.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch`, what the policy refuses, `malformed_token` for a
  ///   length that cannot be, `decryption_failed`, or `too_large` for content that inflates beyond the limit.
  func decrypt(
    _ content: EncryptedContent, encryptedKey: [UInt8], _ header: JWEHeader, _ policy: DecryptionPolicy
  ) throws(JOSEError) -> [UInt8] {
    guard header.algorithm == algorithm else {
      throw JOSEError(
        .algorithmMismatch,
        "the header says \(header.algorithm.rawValue), the key is for \(algorithm.rawValue)")
    }
    let enc = header.encryption
    guard encryption == nil || encryption == enc else {
      throw JOSEError(.algorithmMismatch, "the header says \(enc.rawValue), the key is for another enc")
    }
    try policy.check(header)
    guard content.vector.count == enc.initializationVectorByteCount,
      content.sealed.tag.count == enc.tagByteCount
    else {
      throw JOSEError(
        .malformedToken,
        "\(content.vector.count) and \(content.sealed.tag.count) bytes of vector and tag for \(enc.rawValue)")
    }
    let key = try opener.contentKey(in: encryptedKey, header)
    guard
      let plaintext = enc.open(
        content.sealed, key: key, vector: content.vector, authenticating: content.authenticated)
    else { throw .decryptionFailed }
    guard header.isCompressed else { return plaintext }
    return try Inflate.bytes(from: plaintext, maximumBytes: policy.maximumInflatedBytes)
  }
}

extension DecryptionKey: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the key ID; never the key.
  public var description: String {
    "DecryptionKey(\(algorithm.rawValue)\(keyID.map { " kid=\($0)" } ?? ""))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a JWE holds besides its headers and its encrypted keys.
struct EncryptedContent: Sendable {
  let vector: [UInt8]
  let sealed: SealedContent
  /// What the tag covers besides: the protected header's text, and the `aad` of a JSON serialization.
  let authenticated: [UInt8]
}

extension JWK {
  /// The one `enc` of a key that encrypts content itself and says so.
  var directEncryption: ContentEncryptionAlgorithm? {
    guard case .contentEncryption(let encryption) = algorithm else { return nil }
    return encryption
  }

  /// The key's one algorithm: its own, or the caller's for a key that names none.
  func resolve(_ chosen: KeyManagementAlgorithm?) throws(JOSEError) -> KeyManagementAlgorithm {
    let named: KeyManagementAlgorithm? =
      switch algorithm {
      case .keyManagement(let algorithm): algorithm
      case .contentEncryption: .direct
      case .signature(let algorithm):
        throw JOSEError(.algorithmMismatch, "a key for \(algorithm.rawValue) is to encrypt")
      case nil: nil
      }
    guard let algorithm = named ?? chosen else {
      throw JOSEError(.algorithmMismatch, "neither the key nor the caller names an algorithm")
    }
    guard chosen == nil || chosen == algorithm else {
      throw JOSEError(
        .algorithmMismatch, "a key for \(algorithm.rawValue) is to be used for another algorithm")
    }
    try material.require(.keyManagement(algorithm))
    return algorithm
  }

  /// - Throws: ``JOSEError`` with code `invalid_key` when `use` or `key_ops` exclude decrypting.
  func requireUse(forDecrypting algorithm: KeyManagementAlgorithm) throws(JOSEError) {
    try requireEncryptionUse(oneOf: algorithm.decryptingOperations)
  }

  /// - Throws: ``JOSEError`` with code `invalid_key` when `use` or `key_ops` exclude encrypting.
  func requireUse(forEncrypting algorithm: KeyManagementAlgorithm) throws(JOSEError) {
    // A private key that may decrypt stands for its public half, which may encrypt.
    let implied = isPrivate && algorithm.isAsymmetric ? algorithm.decryptingOperations : []
    try requireEncryptionUse(oneOf: algorithm.encryptingOperations + implied)
  }

  private func requireEncryptionUse(oneOf names: [String]) throws(JOSEError) {
    guard use == nil || use == .encryption else { throw JOSEError(.invalidKey, "the key's use is not enc") }
    guard let operations else { return }
    guard operations.contains(where: { own in names.contains { $0.utf8.elementsEqual(own.utf8) } }) else {
      throw JOSEError(.invalidKey, "the key's key_ops hold none of \(names.joined(separator: ", "))")
    }
  }
}

extension KeyManagementAlgorithm {
  /// The operations of `key_ops` that it takes, one of them (RFC 7517 §4.3).
  fileprivate var encryptingOperations: [String] {
    if isAgreement { return ["deriveKey", "deriveBits"] }
    if isPasswordBased { return ["wrapKey", "deriveKey", "deriveBits"] }
    return self == .direct ? ["encrypt"] : ["wrapKey", "encrypt"]
  }

  fileprivate var decryptingOperations: [String] {
    if isAgreement { return ["deriveKey", "deriveBits"] }
    if isPasswordBased { return ["unwrapKey", "deriveKey", "deriveBits"] }
    return self == .direct ? ["decrypt"] : ["unwrapKey", "decrypt"]
  }
}
