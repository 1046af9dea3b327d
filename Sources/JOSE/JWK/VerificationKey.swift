internal import Crypto
internal import CryptoExtras

/// A key that checks signatures of exactly one algorithm.
///
/// The algorithm is fixed here, before any token is seen. HMAC secrets are keyed once, so that a check
/// only copies the state.
public struct VerificationKey: Sendable {
  /// The `kid` of the key.
  public let keyID: String?
  /// The one algorithm of the key.
  public let algorithm: SignatureAlgorithm

  private let verifier: SignatureVerifier

  /// Fixes the key's algorithm.
  /// - Parameters:
  ///   - jwk: the key; of a private one its public half is used.
  ///   - algorithm: the algorithm, for a key that names none; else the same as the key's.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the two differ, when both are nil, or when
  ///   such a key cannot have that algorithm; `weak_key` for a secret that is too short for it;
  ///   `invalid_key` when the key's `use` or `key_ops` exclude verifying.
  public init(_ jwk: JWK, algorithm: SignatureAlgorithm? = nil) throws(JOSEError) {
    let algorithm = try jwk.resolve(algorithm)
    try jwk.requireUse(for: .verify)
    guard let verifier = SignatureVerifier(jwk.material, algorithm) else {
      throw JOSEError(.invalidKey, "a key that checks no signatures")
    }
    self.verifier = verifier
    self.algorithm = algorithm
    self.keyID = jwk.keyID
  }

  /// Fixes the key's algorithm from those that a verifier allows.
  /// - Parameters:
  ///   - jwk: the key.
  ///   - algorithms: what is allowed. A key that names no algorithm gets the only one among them that such a
  ///     key can have.
  /// - Throws: ``JOSEError`` as ``init(_:algorithm:)``; `unsupported_algorithm` when the key's algorithm is
  ///   not allowed, or when it names none and not exactly one fits.
  public init(_ jwk: JWK, allowing algorithms: Set<SignatureAlgorithm>) throws(JOSEError) {
    if let algorithm = jwk.algorithm {
      guard case .signature(let named) = algorithm, algorithms.contains(named) else {
        throw JOSEError(.unsupportedAlgorithm, "a key for \(algorithm.name), which is not allowed")
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

  /// Whether it is on Ed448, by whichever name.
  var isEd448: Bool {
    #if OpenSSL
      if case .ed448 = verifier { return true }
    #endif
    return false
  }

  /// Whether `signature` signs `message`.
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
    verifier.verifies(signature, over: message)
  }
}

extension VerificationKey: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the key ID; never the key.
  public var description: String {
    "VerificationKey(\(algorithm.rawValue)\(keyID.map { " kid=\($0)" } ?? ""))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a key may be used for (RFC 7517 §4.3).
enum KeyOperation: String {
  case sign, verify
}

extension JWK {
  /// The key's one algorithm: its own, or the caller's for a key that names none.
  func resolve(_ chosen: SignatureAlgorithm?) throws(JOSEError) -> SignatureAlgorithm {
    guard let algorithm = algorithm ?? chosen.map({ .signature($0) }) else {
      throw JOSEError(.algorithmMismatch, "neither the key nor the caller names an algorithm")
    }
    guard case .signature(let named) = algorithm, chosen == nil || chosen == named else {
      throw JOSEError(.algorithmMismatch, "a key for \(algorithm.name) is to be used for another algorithm")
    }
    try material.require(algorithm)
    return named
  }

  /// - Throws: ``JOSEError`` with code `invalid_key` when `use` or `key_ops` exclude `operation`.
  func requireUse(for operation: KeyOperation) throws(JOSEError) {
    guard use == nil || use == .signature else {
      throw JOSEError(.invalidKey, "the key's use is not sig")
    }
    guard let operations else { return }
    let isAllowed = operations.contains { $0.utf8.elementsEqual(operation.rawValue.utf8) }
    // A private key that may sign stands for its public half, which may verify.
    let isImplied = operation == .verify && isPrivate && operations.contains("sign") && keyType != .octets
    guard isAllowed || isImplied else {
      throw JOSEError(.invalidKey, "the key's key_ops do not hold \(operation.rawValue)")
    }
  }
}
