internal import Crypto

/// A content key, and what one recipient needs to find it out.
struct SealedContentKey {
  let contentKey: [UInt8]
  /// `encrypted_key`; empty where there is none.
  let encryptedKey: [UInt8]
  /// The header parameters of the algorithm.
  let members: [JSONMember]
}

/// `apu` and `apv`, nil where they are absent.
struct AgreementParties: Sendable {
  let partyU: [UInt8]?
  let partyV: [UInt8]?
}

/// A key bound to its algorithm, ready to encrypt content keys.
enum ContentKeySealer: Sendable {
  case rsa(RSAEncryptionKey)
  case agreement(AgreementPublicKey, AgreementParties)
  case keyWrap(SymmetricKey)
  case gcm(SymmetricKey)
  case direct([UInt8])
  case password([UInt8], PasswordKeyDerivation, iterations: Int)

  /// A sealer; `material` must support `algorithm`.
  init?(_ material: KeyMaterial, _ algorithm: KeyManagementAlgorithm, _ parties: AgreementParties) {
    switch material {
    case .octets(let secret):
      self = Self.symmetric(secret, algorithm)
    case .rsa(let pair):
      guard let key = RSAEncryptionKey(pair.publicKey, algorithm) else { return nil }
      self = .rsa(key)
    default:
      guard let key = AgreementPublicKey(material) else { return nil }
      self = .agreement(key, parties)
    }
  }

  private static func symmetric(_ secret: [UInt8], _ algorithm: KeyManagementAlgorithm) -> ContentKeySealer {
    if let derivation = PasswordKeyDerivation(algorithm) {
      return .password(secret, derivation, iterations: derivation.defaultIterations)
    }
    switch algorithm {
    case .a128KW, .a192KW, .a256KW: return .keyWrap(SymmetricKey(data: secret))
    case .a128GCMKW, .a192GCMKW, .a256GCMKW: return .gcm(SymmetricKey(data: secret))
    default: return .direct(secret)
    }
  }

  /// A content key, encrypted. Of `contentKey` nil makes a fresh one; where the key, or what is agreed upon
  /// with it, encrypts the content itself, there is no other.
  /// - Throws: ``JOSEError`` as ``EncryptionKey/seal(_:for:)``.
  func seal(
    _ contentKey: [UInt8]?, _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> SealedContentKey {
    let fresh = { contentKey ?? FreshBytes.key(encryption.keyByteCount) }
    switch self {
    case .direct(let secret):
      guard secret.count == encryption.keyByteCount else {
        throw JOSEError(
          .algorithmMismatch, "a key of \(secret.count) bytes cannot be for \(encryption.rawValue)")
      }
      return SealedContentKey(contentKey: secret, encryptedKey: [], members: [])
    case .agreement(let key, let parties):
      let (agreed, members) = try key.agree(algorithm, encryption, parties)
      guard algorithm != .ecdhES else {
        return SealedContentKey(contentKey: agreed, encryptedKey: [], members: members)
      }
      return try Self.wrapped(fresh(), under: SymmetricKey(data: agreed), members)
    case .rsa(let key):
      let contentKey = fresh()
      let encryptedKey = try key.encrypted(contentKey)
      return SealedContentKey(contentKey: contentKey, encryptedKey: encryptedKey, members: [])
    case .keyWrap(let key):
      return try Self.wrapped(fresh(), under: key, [])
    case .gcm(let key):
      let contentKey = fresh()
      let vector = FreshBytes.gcmVector()
      let wrapped = try GCMKeyWrap.wrap(contentKey, under: key, vector: vector)
      return SealedContentKey(
        contentKey: contentKey, encryptedKey: wrapped.ciphertext,
        members: [.base64URL("iv", vector), .base64URL("tag", wrapped.tag)])
    case .password(let password, let derivation, let iterations):
      let salt = FreshBytes.key(16)
      let key = try derivation.key(from: password, salt: salt, iterations: iterations)
      let members: [JSONMember] = [
        .base64URL("p2s", salt), JSONMember(name: "p2c", value: .integer(Int64(iterations))),
      ]
      return try Self.wrapped(fresh(), under: key, members)
    }
  }

  private static func wrapped(
    _ contentKey: [UInt8], under key: SymmetricKey, _ members: [JSONMember]
  ) throws(JOSEError) -> SealedContentKey {
    let encryptedKey = try AESKeyWrap.wrap(contentKey, under: key)
    return SealedContentKey(contentKey: contentKey, encryptedKey: encryptedKey, members: members)
  }
}

extension AgreementPublicKey {
  /// The public key of `material`; nil when it is none to agree with.
  fileprivate init?(_ material: KeyMaterial) {
    do {
      switch material {
      case .p256(let pair):
        self = .p256(
          try P256.KeyAgreement.PublicKey(x963Representation: pair.publicKey.x963Representation))
      case .p384(let pair):
        self = .p384(
          try P384.KeyAgreement.PublicKey(x963Representation: pair.publicKey.x963Representation))
      case .p521(let pair):
        self = .p521(
          try P521.KeyAgreement.PublicKey(x963Representation: pair.publicKey.x963Representation))
      case .x25519(let pair): self = .x25519(pair.publicKey)
      #if OpenSSL
        case .x448(let pair): self = .x448(pair.publicKey)
      #endif
      default: return nil
      }
    } catch {
      return nil
    }
  }

  /// Agrees with this key under a fresh, ephemeral one.
  /// - Returns: The key that both sides derive, and the header parameters that tell the other side.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a point of low order.
  fileprivate func agree(
    _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm, _ parties: AgreementParties
  ) throws(JOSEError) -> ([UInt8], [JSONMember]) {
    let ephemeral = try AgreementPrivateKey(on: curve)
    guard let secret = ephemeral.sharedSecret(with: self) else {
      throw JOSEError(.invalidKey, "a key of low order on \(curve.rawValue), with which nothing is secret")
    }
    let key = ConcatKDF.key(
      from: secret, algorithm, encryption, partyU: parties.partyU ?? [], partyV: parties.partyV ?? [])
    var members = [JSONMember(name: "epk", value: ephemeral.publicKey.json())]
    if let partyU = parties.partyU { members.append(.base64URL("apu", partyU)) }
    if let partyV = parties.partyV { members.append(.base64URL("apv", partyV)) }
    return (key, members)
  }
}

extension JSONMember {
  /// A member whose value is `bytes` in base64url.
  static func base64URL(_ name: String, _ bytes: [UInt8]) -> JSONMember {
    JSONMember(name: name, value: .string(Base64URL.encode(bytes)))
  }
}
