internal import Crypto

extension SignatureAlgorithm {
  /// What binds an ID token to what came along with it, `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6,
  /// §3.3.2.11): the left half of the hash that the algorithm signs with, in base64url.
  ///
  /// Ed25519 signs with SHA-512. For ML-DSA and Ed448 nobody has said which hash it is; `EdDSA` is taken for
  /// Ed25519.
  /// - Parameter text: an access token, or an authorization code.
  /// - Returns: 22 characters for SHA-256, 32 for SHA-384, 43 for SHA-512.
  /// - Throws: ``JOSEError`` with code `unsupported_algorithm` for ML-DSA and Ed448.
  public func halfHash(of text: String) throws(JOSEError) -> String {
    let bytes = Array(text.utf8)
    switch self {
    case .mlDSA65, .mlDSA87: throw hasNoHalfHash
    #if OpenSSL
      case .ed448: throw hasNoHalfHash
    #endif
    default: break
    }
    return switch hashByteCount {
    case 32: Base64URL.encode(Array(SHA256.hash(data: bytes)).prefix(16))
    case 48: Base64URL.encode(Array(SHA384.hash(data: bytes)).prefix(24))
    default: Base64URL.encode(Array(SHA512.hash(data: bytes)).prefix(32))
    }
  }
}

extension SignatureAlgorithm {
  fileprivate var hasNoHalfHash: JOSEError {
    JOSEError(.unsupportedAlgorithm, "no hash is defined for at_hash with \(rawValue)")
  }
}

extension VerificationKey {
  /// As ``SignatureAlgorithm/halfHash(of:)``; for a key, `EdDSA` is known to be Ed25519 or Ed448.
  func halfHash(of text: String) throws(JOSEError) -> String {
    guard !isEd448 else { throw algorithm.hasNoHalfHash }
    return try algorithm.halfHash(of: text)
  }
}

extension JSON {
  /// The object with more members at its end.
  func appending(_ more: [JSONMember]) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(members + more)
  }
}
