internal import Crypto
internal import CryptoExtras

#if OpenSSL
  internal import JOSEOpenSSL
#endif

/// A key bound to its algorithm, ready to check signatures.
enum SignatureVerifier: Sendable {
  case hs256(KeyedHash<SHA256>)
  case hs384(KeyedHash<SHA384>)
  case hs512(KeyedHash<SHA512>)
  case rsa(_RSA.Signing.PublicKey, RSAScheme)
  case es256(P256.Signing.PublicKey)
  case es384(P384.Signing.PublicKey)
  case es512(P521.Signing.PublicKey)
  case ed25519(Curve25519.Signing.PublicKey)
  case mlDSA65(MLDSA65.PublicKey)
  case mlDSA87(MLDSA87.PublicKey)
  #if OpenSSL
    case es256K(Secp256k1.PublicKey)
    case ed448(Ed448.PublicKey)
  #endif

  /// A verifier, nil for material that signs nothing; `material` must support `algorithm`.
  init?(_ material: KeyMaterial, _ algorithm: SignatureAlgorithm) {
    switch material {
    case .octets(let secret):
      switch algorithm {
      case .hs384: self = .hs384(KeyedHash(key: secret))
      case .hs512: self = .hs512(KeyedHash(key: secret))
      default: self = .hs256(KeyedHash(key: secret))
      }
    case .rsa(let pair): self = .rsa(pair.publicKey.key, RSAScheme(algorithm))
    case .p256(let pair): self = .es256(pair.publicKey)
    case .p384(let pair): self = .es384(pair.publicKey)
    case .p521(let pair): self = .es512(pair.publicKey)
    case .ed25519(let pair): self = .ed25519(pair.publicKey)
    case .mlDSA65(let pair): self = .mlDSA65(pair.publicKey)
    case .mlDSA87(let pair): self = .mlDSA87(pair.publicKey)
    case .x25519: return nil
    #if OpenSSL
      case .secp256k1(let pair): self = .es256K(pair.publicKey)
      case .ed448(let pair): self = .ed448(pair.publicKey)
      case .x448: return nil
    #endif
    }
  }

  /// Whether `signature` signs `message`.
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .hs256(let keyed): keyed.isCode(signature.span, over: message)
    case .hs384(let keyed): keyed.isCode(signature.span, over: message)
    case .hs512(let keyed): keyed.isCode(signature.span, over: message)
    case .rsa(let key, let scheme): scheme.verifies(signature, over: message, key)
    case .es256(let key): Self.verifies(signature, over: message, key)
    case .es384(let key): Self.verifies(signature, over: message, key)
    case .es512(let key): Self.verifies(signature, over: message, key)
    case .ed25519(let key): signature.count == 64 && key.isValidSignature(signature, for: message)
    case .mlDSA65(let key): key.isValidSignature(signature, for: message)
    case .mlDSA87(let key): key.isValidSignature(signature, for: message)
    #if OpenSSL
      case .es256K(let key): Self.verifies(signature, over: message, key)
      case .ed448(let key): key.verifies(signature.span, over: message.span)
    #endif
    }
  }

  private static func verifies<Key: NISTPublicKey>(
    _ signature: [UInt8], over message: ArraySlice<UInt8>, _ key: Key
  ) -> Bool {
    Key.curve.isWellFormed(signature: signature.span) && key.verifies(signature, over: message)
  }
}

/// A key bound to its algorithm, ready to sign.
enum Signer: Sendable {
  case hs256(KeyedHash<SHA256>)
  case hs384(KeyedHash<SHA384>)
  case hs512(KeyedHash<SHA512>)
  case rsa(_RSA.Signing.PrivateKey, RSAScheme)
  case es256(P256.Signing.PrivateKey)
  case es384(P384.Signing.PrivateKey)
  case es512(P521.Signing.PrivateKey)
  case ed25519(Curve25519.Signing.PrivateKey)
  case mlDSA65(MLDSA65.PrivateKey)
  case mlDSA87(MLDSA87.PrivateKey)
  #if OpenSSL
    case es256K(Secp256k1.PrivateKey)
    case ed448(Ed448.PrivateKey)
  #endif

  /// A signer, nil when `material` has no private half; `material` must support `algorithm`.
  init?(_ material: KeyMaterial, _ algorithm: SignatureAlgorithm) {
    let signer: Signer? =
      switch material {
      case .octets(let secret): Self.symmetric(secret, algorithm)
      case .rsa(let pair): pair.privateKey.map { .rsa($0.key, RSAScheme(algorithm)) }
      case .p256(let pair): pair.privateKey.map { .es256($0) }
      case .p384(let pair): pair.privateKey.map { .es384($0) }
      case .p521(let pair): pair.privateKey.map { .es512($0) }
      case .ed25519(let pair): pair.privateKey.map { .ed25519($0) }
      case .mlDSA65(let pair): pair.privateKey.map { .mlDSA65($0) }
      case .mlDSA87(let pair): pair.privateKey.map { .mlDSA87($0) }
      case .x25519: nil
      #if OpenSSL
        case .secp256k1(let pair): pair.privateKey.map { .es256K($0) }
        case .ed448(let pair): pair.privateKey.map { .ed448($0) }
        case .x448: nil
      #endif
      }
    guard let signer else { return nil }
    self = signer
  }

  private static func symmetric(_ secret: [UInt8], _ algorithm: SignatureAlgorithm) -> Signer {
    switch algorithm {
    case .hs384: .hs384(KeyedHash(key: secret))
    case .hs512: .hs512(KeyedHash(key: secret))
    default: .hs256(KeyedHash(key: secret))
    }
  }

  func signature(over message: [UInt8]) throws -> [UInt8] {
    switch self {
    case .hs256(let keyed): keyed.code(over: message[...])
    case .hs384(let keyed): keyed.code(over: message[...])
    case .hs512(let keyed): keyed.code(over: message[...])
    case .rsa(let key, let scheme): try scheme.signature(over: message, key)
    case .es256(let key): try key.signature(over: message)
    case .es384(let key): try key.signature(over: message)
    case .es512(let key): try key.signature(over: message)
    case .ed25519(let key): Array(try key.signature(for: message))
    case .mlDSA65(let key): Array(try key.signature(for: message))
    case .mlDSA87(let key): Array(try key.signature(for: message))
    #if OpenSSL
      case .es256K(let key): try key.signature(over: message)
      case .ed448(let key): try key.signature(over: message.span)
    #endif
    }
  }
}

/// How an RSA key signs: the padding and the hash.
struct RSAScheme: Sendable {
  private enum Hash: Sendable {
    case sha256, sha384, sha512
  }

  private let hash: Hash
  private let padding: _RSA.Signing.Padding

  init(_ algorithm: SignatureAlgorithm) {
    hash =
      switch algorithm {
      case .rs384, .ps384: .sha384
      case .rs512, .ps512: .sha512
      default: .sha256
      }
    padding =
      switch algorithm {
      case .ps256, .ps384, .ps512: .PSS
      default: .insecurePKCS1v1_5
      }
  }

  func verifies(
    _ signature: [UInt8], over message: ArraySlice<UInt8>, _ key: _RSA.Signing.PublicKey
  ) -> Bool {
    // Exactly as long as the modulus (RFC 8017 §8.1.2, §8.2.2).
    guard signature.count == (key.keySizeInBits + 7) / 8 else { return false }
    let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
    return switch hash {
    case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
    case .sha384: key.isValidSignature(signature, for: SHA384.hash(data: message), padding: padding)
    case .sha512: key.isValidSignature(signature, for: SHA512.hash(data: message), padding: padding)
    }
  }

  func signature(over message: [UInt8], _ key: _RSA.Signing.PrivateKey) throws -> [UInt8] {
    let signature =
      switch hash {
      case .sha256: try key.signature(for: SHA256.hash(data: message), padding: padding)
      case .sha384: try key.signature(for: SHA384.hash(data: message), padding: padding)
      case .sha512: try key.signature(for: SHA512.hash(data: message), padding: padding)
      }
    return Array(signature.rawRepresentation)
  }
}
