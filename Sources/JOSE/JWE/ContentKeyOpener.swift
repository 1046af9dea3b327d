internal import Crypto
internal import CryptoExtras

/// A key bound to its algorithm, ready to find out content keys.
enum ContentKeyOpener: Sendable {
  case rsa(RSADecryptionKey, modulusByteCount: Int)
  case agreement(AgreementPrivateKey)
  case keyWrap(SymmetricKey)
  case gcm(SymmetricKey)
  case direct([UInt8])
  case password([UInt8], PasswordKeyDerivation)

  /// An opener, nil when `material` has no private half; `material` must support `algorithm`.
  init?(_ material: KeyMaterial, _ algorithm: KeyManagementAlgorithm) {
    if case .octets(let secret) = material {
      self = Self.symmetric(secret, algorithm)
      return
    }
    if case .rsa(let pair) = material {
      guard let key = pair.privateKey.flatMap({ RSADecryptionKey($0, algorithm) }) else { return nil }
      let modulusByteCount = pair.publicKey.numbers.modulus.count
      self = .rsa(key, modulusByteCount: modulusByteCount)
      return
    }
    guard let key = AgreementPrivateKey(material) else { return nil }
    self = .agreement(key)
  }

  private static func symmetric(_ secret: [UInt8], _ algorithm: KeyManagementAlgorithm) -> ContentKeyOpener {
    if let derivation = PasswordKeyDerivation(algorithm) { return .password(secret, derivation) }
    switch algorithm {
    case .a128KW, .a192KW, .a256KW: return .keyWrap(SymmetricKey(data: secret))
    case .a128GCMKW, .a192GCMKW, .a256GCMKW: return .gcm(SymmetricKey(data: secret))
    default: return .direct(secret)
    }
  }

  /// The content's key.
  ///
  /// A key that does not unwrap is replaced by a random one (RFC 7516 §11.5). The content's tag then fails to
  /// fit, after the same work and with the same error as for a changed content: neither tells whether it was
  /// the key.
  /// - Parameters:
  ///   - encryptedKey: as the token has it.
  ///   - header: its algorithm is this key's.
  /// - Returns: As many bytes as the header's `enc` demands.
  /// - Throws: ``JOSEError`` with code `malformed_token` for an encrypted key of a length that cannot be,
  ///   `algorithm_mismatch` for a direct key of another length, or an ephemeral key on another curve;
  ///   `decryption_failed` for an agreement that everybody knows.
  func contentKey(in encryptedKey: [UInt8], _ header: JWEHeader) throws(JOSEError) -> [UInt8] {
    let byteCount = header.encryption.keyByteCount
    try requireByteCount(of: encryptedKey, header)
    let key: [UInt8]?
    switch (self, header.parameters) {
    case (.direct(let secret), _):
      guard secret.count == byteCount else {
        throw JOSEError(
          .algorithmMismatch, "a key of \(secret.count) bytes cannot be for \(header.encryption.rawValue)")
      }
      return secret
    case (.agreement(let own), .agreement(let ephemeral, let partyU, let partyV)):
      let agreed = try own.agreedKey(with: ephemeral, header, partyU: partyU, partyV: partyV)
      guard header.algorithm != .ecdhES else { return agreed }
      key = AESKeyWrap.unwrap(encryptedKey, under: SymmetricKey(data: agreed))
    case (.rsa(let own, _), _): key = own.contentKey(in: encryptedKey)
    case (.keyWrap(let own), _): key = AESKeyWrap.unwrap(encryptedKey, under: own)
    case (.gcm(let own), .gcm(let vector, let tag)):
      key = GCMKeyWrap.unwrap(SealedContent(ciphertext: encryptedKey, tag: tag), under: own, vector: vector)
    case (.password(let own, let derivation), .password(let salt, let iterations)):
      let wrapping = try derivation.key(from: own, salt: salt, iterations: iterations)
      key = AESKeyWrap.unwrap(encryptedKey, under: wrapping)
    default: key = nil
    }
    guard let key, key.count == byteCount else { return FreshBytes.key(byteCount) }
    return key
  }

  /// Checks what everybody can see, before any key is used: empty exactly where the algorithm has no
  /// encrypted key, and else of its one length.
  private func requireByteCount(of encryptedKey: [UInt8], _ header: JWEHeader) throws(JOSEError) {
    let contentKeyCount = header.encryption.keyByteCount
    let expected =
      switch self {
      case .direct: 0
      case .agreement where header.algorithm == .ecdhES: 0
      case .agreement, .keyWrap, .password: contentKeyCount + AESKeyWrap.overheadByteCount
      case .gcm: contentKeyCount
      case .rsa(_, let modulusByteCount): modulusByteCount
      }
    guard encryptedKey.count == expected else {
      throw JOSEError(
        .malformedToken,
        "an encrypted key of \(encryptedKey.count) bytes; \(header.algorithm.rawValue) has \(expected)")
    }
  }
}

extension AgreementPrivateKey {
  /// The key of `material`; nil when it is no private key to agree with.
  init?(_ material: KeyMaterial) {
    do {
      switch material {
      case .p256(let pair):
        guard let key = pair.privateKey else { return nil }
        self = .p256(try P256.KeyAgreement.PrivateKey(rawRepresentation: key.rawRepresentation))
      case .p384(let pair):
        guard let key = pair.privateKey else { return nil }
        self = .p384(try P384.KeyAgreement.PrivateKey(rawRepresentation: key.rawRepresentation))
      case .p521(let pair):
        guard let key = pair.privateKey else { return nil }
        self = .p521(try P521.KeyAgreement.PrivateKey(rawRepresentation: key.rawRepresentation))
      case .x25519(let pair):
        guard let key = pair.privateKey else { return nil }
        self = .x25519(key)
      #if OpenSSL
        case .x448(let pair):
          guard let key = pair.privateKey else { return nil }
          self = .x448(key)
      #endif
      default: return nil
      }
    } catch {
      return nil
    }
  }

  /// The key that both sides derive: the content's for `ECDH-ES`, else the one that wraps it.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` for a key on another curve, `decryption_failed`
  ///   for a secret that everybody knows.
  func agreedKey(
    with other: AgreementPublicKey, _ header: JWEHeader, partyU: [UInt8], partyV: [UInt8]
  ) throws(JOSEError) -> [UInt8] {
    guard other.curve == publicKey.curve else {
      throw JOSEError(
        .algorithmMismatch,
        "epk is on \(other.curve.rawValue), the key on \(publicKey.curve.rawValue)")
    }
    guard let secret = sharedSecret(with: other) else { throw .decryptionFailed }
    return ConcatKDF.key(
      from: secret, header.algorithm, header.encryption, partyU: partyU, partyV: partyV)
  }
}

extension ConcatKDF {
  /// The key that both sides derive: the content's for `ECDH-ES`, else the one that wraps it (RFC 7518
  /// §4.6.2).
  static func key(
    from secret: [UInt8], _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm,
    partyU: [UInt8], partyV: [UInt8]
  ) -> [UInt8] {
    let wrapping = algorithm.wrappingKeyByteCount
    return key(
      from: secret, for: wrapping == nil ? encryption.rawValue : algorithm.rawValue, partyU: partyU,
      partyV: partyV, byteCount: wrapping ?? encryption.keyByteCount)
  }
}
