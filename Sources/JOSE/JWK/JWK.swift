/// A JSON Web Key (RFC 7517): one key, with at most one algorithm.
///
/// A value that exists has been checked: points in coordinates lie on the curve that `crv` names, private
/// members belong to the public ones, RSA moduli have 2048 to 8192 bits and secrets 16 to 1024 bytes. A
/// public key of bytes alone, as Ed25519's, has their exact number; bytes that are no point verify nothing.
/// A key that names no algorithm gets one from the caller, when it becomes a ``SigningKey`` or a
/// ``VerificationKey``, or one that encrypts; never from a token, and not from its curve either: what a
/// verifier accepts is the verifier's decision.
public struct JWK: Sendable {
  /// The family of a key, `kty` (RFC 7518 §6.1, RFC 8037 §2, RFC 9964 §3).
  public enum KeyType: String, CaseIterable, Hashable, Sendable {
    /// A secret, for HMAC or AES.
    case octets = "oct"
    /// A modulus and an exponent.
    case rsa = "RSA"
    /// P-256, P-384 and P-521.
    case ellipticCurve = "EC"
    /// Ed25519 and X25519.
    case octetKeyPair = "OKP"
    /// A key whose `alg` says what it is made of: ML-DSA (RFC 9964 §3).
    case algorithmKeyPair = "AKP"
  }

  /// What a public key is for, `use` (RFC 7517 §4.2).
  public enum Use: String, CaseIterable, Hashable, Sendable {
    /// To check signatures.
    case signature = "sig"
    /// To encrypt.
    case encryption = "enc"
  }

  /// `kid`: an opaque name of at most 256 bytes.
  public let keyID: String?
  /// `alg`: the one algorithm of the key; nil when the key names none.
  public let algorithm: Algorithm?
  /// `use`: what the key is for; nil when the key does not say.
  public let use: Use?
  /// `key_ops`: what the key may do (RFC 7517 §4.3); nil when the key does not say.
  public let operations: [String]?
  /// `x5c`, `x5t` and `x5t#S256`: data, of which nothing has been checked; nil when the key has none.
  public let certificates: KeyCertificates?

  let material: KeyMaterial

  /// The most bytes that a `kid` may have.
  public static let maximumKeyIDBytes = 256

  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when such a key cannot have that algorithm,
  ///   `weak_key` when it is too short for it, `invalid_key` for a key ID of more than 256 bytes.
  init(
    _ material: KeyMaterial, keyID: String?, algorithm: Algorithm?, use: Use? = nil,
    operations: [String]? = nil, certificates: KeyCertificates? = nil
  ) throws(JOSEError) {
    guard keyID.map({ $0.utf8.count <= Self.maximumKeyIDBytes }) ?? true else {
      throw JOSEError(.invalidKey, "a kid of more than \(Self.maximumKeyIDBytes) bytes")
    }
    // Such a key can have one algorithm only, and is not written without it.
    let algorithm = algorithm ?? material.ownAlgorithm
    if let algorithm { try material.require(algorithm) }
    self.material = material
    self.keyID = keyID
    self.algorithm = algorithm
    self.use = use
    self.operations = operations
    self.certificates = certificates
  }

  /// The family of the key.
  public var keyType: KeyType { material.keyType }

  /// Whether it holds a secret: a private half, or a shared one.
  public var isPrivate: Bool { material.isPrivate }

  /// The key without its private half.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a shared secret, which has no public half.
  public func publicKey() throws(JOSEError) -> JWK {
    guard let half = material.publicHalf else {
      throw JOSEError(.invalidKey, "a shared secret has no public half")
    }
    // A private key's operations are not the public key's: it signs, the other verifies.
    return try JWK(
      half, keyID: keyID, algorithm: algorithm, use: use, operations: isPrivate ? nil : operations,
      certificates: certificates)
  }
}

extension JWK: CustomStringConvertible, CustomReflectable {
  /// The type, the algorithm and the key ID; never the key.
  public var description: String {
    let algorithm = algorithm.map { " \($0.name)" } ?? ""
    let keyID = keyID.map { " kid=\($0)" } ?? ""
    return "JWK(\(isPrivate ? "private " : "")\(keyType.rawValue)\(algorithm)\(keyID))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}
