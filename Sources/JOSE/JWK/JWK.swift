/// A JSON Web Key (RFC 7517): one key, with at most one algorithm.
///
/// A value that exists has been checked: points lie on the curve that `crv` names, private members belong
/// to the public ones, RSA moduli have 2048 to 8192 bits and HMAC secrets 32 to 1024 bytes. A key that
/// names no algorithm gets one from the caller, when it becomes a ``SigningKey`` or a ``VerificationKey``;
/// never from a token, and not from its curve either: what a verifier accepts is the verifier's decision.
public struct JWK: Sendable {
  /// The family of a key, `kty` (RFC 7518 §6.1, RFC 8037 §2).
  public enum KeyType: String, CaseIterable, Hashable, Sendable {
    /// A secret for HMAC.
    case octets = "oct"
    /// A modulus and an exponent.
    case rsa = "RSA"
    /// P-256, P-384 and P-521.
    case ellipticCurve = "EC"
    /// Ed25519.
    case octetKeyPair = "OKP"
  }

  /// What a public key is for, `use` (RFC 7517 §4.2).
  public enum Use: String, CaseIterable, Hashable, Sendable {
    /// To check signatures.
    case signature = "sig"
    /// To encrypt; such a key is kept in a set, but checks nothing.
    case encryption = "enc"
  }

  /// `kid`: an opaque name of at most 256 bytes.
  public let keyID: String?
  /// `alg`: the one algorithm of the key; nil when the key names none.
  public let algorithm: SignatureAlgorithm?
  /// `use`: what the key is for; nil when the key does not say.
  public let use: Use?
  /// `key_ops`: what the key may do (RFC 7517 §4.3); nil when the key does not say.
  public let operations: [String]?

  let material: KeyMaterial

  /// The most bytes that a `kid` may have.
  public static let maximumKeyIDBytes = 256

  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when such a key cannot have that algorithm,
  ///   `weak_key` when it is too short for it, `invalid_key` for a key ID of more than 256 bytes.
  init(
    _ material: KeyMaterial, keyID: String?, algorithm: SignatureAlgorithm?, use: Use? = nil,
    operations: [String]? = nil
  ) throws(JOSEError) {
    guard keyID.map({ $0.utf8.count <= Self.maximumKeyIDBytes }) ?? true else {
      throw JOSEError(.invalidKey, "a kid of more than \(Self.maximumKeyIDBytes) bytes")
    }
    if let algorithm { try material.require(algorithm) }
    self.material = material
    self.keyID = keyID
    self.algorithm = algorithm
    self.use = use
    self.operations = operations
  }

  /// The family of the key.
  public var keyType: KeyType { material.keyType }

  /// Whether it holds a secret: a private half, or an HMAC secret.
  public var isPrivate: Bool { material.isPrivate }

  /// The key without its private half.
  /// - Throws: ``JOSEError`` with code `invalid_key` for an HMAC secret, which has no public half.
  public func publicKey() throws(JOSEError) -> JWK {
    guard let half = material.publicHalf else {
      throw JOSEError(.invalidKey, "an HMAC secret has no public half")
    }
    // A private key's operations are not the public key's: it signs, the other verifies.
    return try JWK(
      half, keyID: keyID, algorithm: algorithm, use: use, operations: isPrivate ? nil : operations)
  }

  /// A fresh key from the system's generator.
  ///
  /// HMAC secrets are as long as the hash; RSA moduli have 2048 bits for SHA-256, 3072 for SHA-384 and
  /// 4096 for SHA-512.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a key ID of more than 256 bytes.
  public static func generate(
    _ algorithm: SignatureAlgorithm, keyID: String? = nil
  ) throws(JOSEError) -> JWK {
    try JWK(.generate(algorithm), keyID: keyID, algorithm: algorithm)
  }
}

extension JWK: CustomStringConvertible, CustomReflectable {
  /// The type, the algorithm and the key ID; never the key.
  public var description: String {
    let algorithm = algorithm.map { " \($0.rawValue)" } ?? ""
    let keyID = keyID.map { " kid=\($0)" } ?? ""
    return "JWK(\(isPrivate ? "private " : "")\(keyType.rawValue)\(algorithm)\(keyID))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension KeyMaterial {
  /// - Throws: ``JOSEError`` with code `weak_key` for a secret that is too short for `algorithm`, or
  ///   `algorithm_mismatch` when a key of this type and curve cannot have it.
  func require(_ algorithm: SignatureAlgorithm) throws(JOSEError) {
    guard !supports(algorithm) else { return }
    guard keyType == .octets, algorithm.keyType == .octets else {
      throw JOSEError(
        .algorithmMismatch,
        "a key of this type and curve (\(keyType.rawValue)) cannot be for \(algorithm.rawValue)")
    }
    throw JOSEError(
      .weakKey,
      "the HMAC secret is shorter than \(algorithm.hashByteCount) bytes, the hash of \(algorithm.rawValue)")
  }
}
