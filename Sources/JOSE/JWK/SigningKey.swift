/// A key that makes signatures of exactly one algorithm.
public struct SigningKey: Sendable {
  /// The `kid` of the key; it goes into the header of what the key signs.
  public let keyID: String?
  /// The one algorithm of the key.
  public let algorithm: SignatureAlgorithm

  private let signer: Signer

  /// Fixes the key's algorithm.
  /// - Parameters:
  ///   - jwk: a private key, or an HMAC secret.
  ///   - algorithm: the algorithm, for a key that names none; else the same as the key's.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the two differ, when both are nil, or when
  ///   such a key cannot have that algorithm; `weak_key` for a secret that is too short for it;
  ///   `invalid_key` for a public key, or when the key's `use` or `key_ops` exclude signing.
  public init(_ jwk: JWK, algorithm: SignatureAlgorithm? = nil) throws(JOSEError) {
    let algorithm = try jwk.resolve(algorithm)
    try jwk.requireUse(for: .sign)
    guard let signer = Signer(jwk.material, algorithm) else {
      throw JOSEError(.invalidKey, "a public key cannot sign")
    }
    self.signer = signer
    self.algorithm = algorithm
    self.keyID = jwk.keyID
  }

  func signature(over message: [UInt8]) throws(JOSEError) -> [UInt8] {
    do {
      return try signer.signature(over: message)
    } catch {
      throw JOSEError(.invalidKey, "the key could not sign")
    }
  }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the key ID; never the key.
  public var description: String {
    "SigningKey(\(algorithm.rawValue)\(keyID.map { " kid=\($0)" } ?? ""))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}
