internal import Crypto
internal import CryptoExtras
internal import SwiftASN1

#if OpenSSL
  internal import JOSEOpenSSL
#endif

extension JWK {
  /// The most bytes that a key has in PEM or DER.
  public static let maximumFileBytes = 16_384

  /// Reads a key from PEM text with one key: `PUBLIC KEY`, `PRIVATE KEY` (PKCS#8, not encrypted), `RSA PUBLIC
  /// KEY`, `RSA PRIVATE KEY` (PKCS#1) or `EC PRIVATE KEY` (SEC 1). The `EC PARAMETERS` that OpenSSL writes in
  /// front are passed over.
  /// - Parameters:
  ///   - pem: the text, at most 16 KiB.
  ///   - algorithm: the algorithm, since neither form names one; nil leaves it open.
  ///   - keyID: the `kid`.
  /// - Throws: ``JOSEError`` with code `invalid_key`, `weak_key`, `too_large`, `unsupported_algorithm`, or
  ///   `algorithm_mismatch` when such a key cannot have `algorithm`.
  public init(pem: String, algorithm: SignatureAlgorithm?, keyID: String? = nil) throws(JOSEError) {
    guard pem.utf8.count <= Self.maximumFileBytes else {
      throw JOSEError(.tooLarge, "PEM of \(pem.utf8.count) bytes; the limit is \(Self.maximumFileBytes)")
    }
    let documents: [PEMDocument]
    do {
      documents = try PEMDocument.parseMultiple(pemString: pem).filter { $0.discriminator != "EC PARAMETERS" }
    } catch {
      throw JOSEError(.invalidKey, "not PEM (RFC 7468)")
    }
    guard documents.count == 1, let document = documents.first else {
      throw JOSEError(.invalidKey, "PEM of \(documents.count) keys; one is expected")
    }
    guard let form = KeyDER.Form(rawValue: document.discriminator) else {
      throw JOSEError(.unsupportedAlgorithm, "PEM whose label is not one of an unencrypted key")
    }
    try self.init(
      KeyDER.key(document.derBytes, expecting: form), keyID: keyID,
      algorithm: algorithm.map { .signature($0) })
  }

  /// Reads a key from DER: SubjectPublicKeyInfo, PKCS#8, PKCS#1 or SEC 1.
  /// - Parameters:
  ///   - der: the bytes, at most 16 KiB.
  ///   - algorithm: the algorithm, since no form names one; nil leaves it open.
  ///   - keyID: the `kid`.
  /// - Throws: ``JOSEError`` as ``init(pem:algorithm:keyID:)``.
  public init(der: [UInt8], algorithm: SignatureAlgorithm?, keyID: String? = nil) throws(JOSEError) {
    guard der.count <= Self.maximumFileBytes else {
      throw JOSEError(.tooLarge, "DER of \(der.count) bytes; the limit is \(Self.maximumFileBytes)")
    }
    try self.init(KeyDER.key(der), keyID: keyID, algorithm: algorithm.map { .signature($0) })
  }

  /// The public half as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
  /// - Throws: ``JOSEError`` with code `invalid_key` for a shared secret.
  public func publicDER() throws(JOSEError) -> [UInt8] {
    guard let der = try material.publicDER() else {
      throw JOSEError(.invalidKey, "a shared secret has no public half")
    }
    return der
  }

  /// The private key as PKCS#8 (RFC 5958), not encrypted.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a public key or a shared secret.
  public func privateDER() throws(JOSEError) -> [UInt8] {
    guard let der = try material.privateDER() else {
      throw JOSEError(.invalidKey, "neither a public key nor a shared secret has a PKCS#8 form")
    }
    return der
  }

  /// The public half as PEM, `PUBLIC KEY`, with a line break at its end.
  /// - Throws: ``JOSEError`` as ``publicDER()``.
  public func publicPEM() throws(JOSEError) -> String {
    PEMDocument(type: KeyDER.Form.subjectPublicKeyInfo.rawValue, derBytes: try publicDER()).pemString + "\n"
  }

  /// The private key as PEM, `PRIVATE KEY`, not encrypted, with a line break at its end.
  /// - Throws: ``JOSEError`` as ``privateDER()``.
  public func privatePEM() throws(JOSEError) -> String {
    PEMDocument(type: KeyDER.Form.privateKeyInfo.rawValue, derBytes: try privateDER()).pemString + "\n"
  }
}

extension KeyMaterial {
  fileprivate func publicDER() throws(JOSEError) -> [UInt8]? {
    switch self {
    case .octets: nil
    case .rsa(let pair): Array(pair.publicKey.key.derRepresentation)
    case .p256(let pair): pair.publicKey.der
    case .p384(let pair): pair.publicKey.der
    case .p521(let pair): pair.publicKey.der
    case .ed25519(let pair):
      try PlainKeyDER.ed25519.subjectPublicKeyInfo(Array(pair.publicKey.rawRepresentation))
    case .x25519(let pair):
      try PlainKeyDER.x25519.subjectPublicKeyInfo(Array(pair.publicKey.rawRepresentation))
    case .mlDSA65(let pair): try PlainKeyDER.mlDSA65.subjectPublicKeyInfo(pair.publicKey.bytes)
    case .mlDSA87(let pair): try PlainKeyDER.mlDSA87.subjectPublicKeyInfo(pair.publicKey.bytes)
    #if OpenSSL
      case .secp256k1(let pair): pair.publicKey.der
      case .ed448(let pair): try PlainKeyDER.ed448.subjectPublicKeyInfo(pair.publicKey.point)
      case .x448(let pair): try PlainKeyDER.x448.subjectPublicKeyInfo(pair.publicKey.point)
    #endif
    }
  }

  fileprivate func privateDER() throws(JOSEError) -> [UInt8]? {
    switch self {
    case .octets: return nil
    case .rsa(let pair): return pair.privateKey.map { Array($0.key.pkcs8DERRepresentation) }
    case .p256(let pair): return pair.privateKey?.der
    case .p384(let pair): return pair.privateKey?.der
    case .p521(let pair): return pair.privateKey?.der
    case .ed25519(let pair):
      guard let key = pair.privateKey else { return nil }
      return try PlainKeyDER.ed25519.privateKeyInfo(Array(key.rawRepresentation))
    case .x25519(let pair):
      guard let key = pair.privateKey else { return nil }
      return try PlainKeyDER.x25519.privateKeyInfo(Array(key.rawRepresentation))
    case .mlDSA65(let pair):
      guard let key = pair.privateKey else { return nil }
      return try PlainKeyDER.mlDSA65.privateKeyInfo(key.seed)
    case .mlDSA87(let pair):
      guard let key = pair.privateKey else { return nil }
      return try PlainKeyDER.mlDSA87.privateKeyInfo(key.seed)
    #if OpenSSL
      case .secp256k1(let pair):
        return pair.privateKey?.der
      case .ed448(let pair):
        guard let key = pair.privateKey else { return nil }
        return try PlainKeyDER.ed448.privateKeyInfo(key.seed)
      case .x448(let pair):
        guard let key = pair.privateKey else { return nil }
        return try PlainKeyDER.x448.privateKeyInfo(key.scalar)
    #endif
    }
  }
}
