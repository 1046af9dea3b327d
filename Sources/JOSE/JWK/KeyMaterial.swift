internal import Crypto
internal import CryptoExtras

#if OpenSSL
  internal import JOSEOpenSSL
#endif

/// A public key, and the private key if it is known.
struct KeyPair<Public: Sendable, Private: Sendable>: Sendable {
  let publicKey: Public
  let privateKey: Private?
}

/// What a key is made of. A value that exists has been checked: points are on their curve, private halves
/// belong to their public ones, RSA moduli and HMAC secrets have a permitted size.
enum KeyMaterial: Sendable {
  case octets([UInt8])
  case rsa(KeyPair<RSAPublicKey, RSAPrivateKey>)
  case p256(KeyPair<P256.Signing.PublicKey, P256.Signing.PrivateKey>)
  case p384(KeyPair<P384.Signing.PublicKey, P384.Signing.PrivateKey>)
  case p521(KeyPair<P521.Signing.PublicKey, P521.Signing.PrivateKey>)
  case ed25519(KeyPair<Curve25519.Signing.PublicKey, Curve25519.Signing.PrivateKey>)
  case x25519(KeyPair<Curve25519.KeyAgreement.PublicKey, Curve25519.KeyAgreement.PrivateKey>)
  case mlDSA65(KeyPair<MLDSA65.PublicKey, MLDSA65.PrivateKey>)
  case mlDSA87(KeyPair<MLDSA87.PublicKey, MLDSA87.PrivateKey>)
  #if OpenSSL
    case secp256k1(KeyPair<Secp256k1.PublicKey, Secp256k1.PrivateKey>)
    case ed448(KeyPair<Ed448.PublicKey, Ed448.PrivateKey>)
    case x448(KeyPair<X448.PublicKey, X448.PrivateKey>)
  #endif

  var keyType: JWK.KeyType {
    switch self {
    case .octets: .octets
    case .rsa: .rsa
    case .p256, .p384, .p521: .ellipticCurve
    case .ed25519, .x25519: .octetKeyPair
    case .mlDSA65, .mlDSA87: .algorithmKeyPair
    #if OpenSSL
      case .secp256k1: .ellipticCurve
      case .ed448, .x448: .octetKeyPair
    #endif
    }
  }

  /// Whether it holds a secret.
  var isPrivate: Bool {
    switch self {
    case .octets: true
    case .rsa(let pair): pair.privateKey != nil
    case .p256(let pair): pair.privateKey != nil
    case .p384(let pair): pair.privateKey != nil
    case .p521(let pair): pair.privateKey != nil
    case .ed25519(let pair): pair.privateKey != nil
    case .x25519(let pair): pair.privateKey != nil
    case .mlDSA65(let pair): pair.privateKey != nil
    case .mlDSA87(let pair): pair.privateKey != nil
    #if OpenSSL
      case .secp256k1(let pair): pair.privateKey != nil
      case .ed448(let pair): pair.privateKey != nil
      case .x448(let pair): pair.privateKey != nil
    #endif
    }
  }

  /// The public half; nil for a secret that has none.
  var publicHalf: KeyMaterial? {
    switch self {
    case .octets: nil
    case .rsa(let pair): .rsa(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .p256(let pair): .p256(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .p384(let pair): .p384(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .p521(let pair): .p521(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .ed25519(let pair): .ed25519(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .x25519(let pair): .x25519(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .mlDSA65(let pair): .mlDSA65(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    case .mlDSA87(let pair): .mlDSA87(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    #if OpenSSL
      case .secp256k1(let pair): .secp256k1(KeyPair(publicKey: pair.publicKey, privateKey: nil))
      case .ed448(let pair): .ed448(KeyPair(publicKey: pair.publicKey, privateKey: nil))
      case .x448(let pair): .x448(KeyPair(publicKey: pair.publicKey, privateKey: nil))
    #endif
    }
  }
}

extension SignatureAlgorithm {
  /// How many bytes its hash has, and so the least that an HMAC key must have (RFC 7518 §3.2).
  var hashByteCount: Int {
    switch self {
    case .hs256, .rs256, .ps256, .es256: 32
    case .hs384, .rs384, .ps384, .es384: 48
    case .hs512, .rs512, .ps512, .es512, .edDSA, .ed25519, .mlDSA65, .mlDSA87: 64
    #if OpenSSL
      case .es256K: 32
      case .ed448: 64
    #endif
    }
  }
}

// MARK: - From bytes

extension KeyMaterial {
  /// Secrets are from 16 bytes, the shortest AES key, to 1024; HMAC demands more when it is chosen.
  static let secretByteCounts = 16...1024

  /// A secret; a password may be short: what stretches it makes up for that, as far as anything can.
  /// - Throws: ``JOSEError`` with code `weak_key` for fewer than 16 bytes, or a password of none; `too_large`
  ///   for more than 1024.
  static func octets(secret: [UInt8], isPassword: Bool = false) throws(JOSEError) -> KeyMaterial {
    let least = isPassword ? 1 : secretByteCounts.lowerBound
    guard secret.count >= least else {
      throw JOSEError(.weakKey, "a secret of \(secret.count) bytes; \(least) are the least")
    }
    guard secret.count <= secretByteCounts.upperBound else {
      throw JOSEError(
        .tooLarge, "a secret of \(secret.count) bytes; \(secretByteCounts.upperBound) are the most")
    }
    return .octets(secret)
  }

  /// - Throws: ``JOSEError`` as ``RSANumbers/privateKey(_:)``.
  static func rsa(_ numbers: RSANumbers, _ privateNumbers: RSAPrivateNumbers?) throws(JOSEError)
    -> KeyMaterial
  {
    guard let privateNumbers else {
      return .rsa(KeyPair(publicKey: try numbers.publicKey(), privateKey: nil))
    }
    let key = try numbers.privateKey(privateNumbers)
    let publicKey = RSAPublicKey(key: key.key.publicKey, numbers: numbers)
    return .rsa(KeyPair(publicKey: publicKey, privateKey: key))
  }

  /// A key from its uncompressed point, its private scalar, or both; nil takes the point from the scalar.
  /// - Throws: ``JOSEError`` with code `invalid_key`.
  static func elliptic(
    _ curve: NISTCurve, point: [UInt8]?, scalar: [UInt8]?
  ) throws(JOSEError) -> KeyMaterial {
    switch curve {
    case .p256: .p256(try pair(P256.Signing.PrivateKey.self, point: point, scalar: scalar))
    case .p384: .p384(try pair(P384.Signing.PrivateKey.self, point: point, scalar: scalar))
    case .p521: .p521(try pair(P521.Signing.PrivateKey.self, point: point, scalar: scalar))
    #if OpenSSL
      case .secp256k1: .secp256k1(try pair(Secp256k1.PrivateKey.self, point: point, scalar: scalar))
    #endif
    }
  }

  private static func pair<Private: NISTPrivateKey>(
    _ type: Private.Type, point: [UInt8]?, scalar: [UInt8]?
  ) throws(JOSEError) -> KeyPair<Private.Public, Private> {
    let curve = Private.Public.curve
    do {
      let publicKey = try point.map { try Private.Public(point: $0) }
      guard let scalar else {
        guard let publicKey else { throw JOSEError(.invalidKey, "a key without a point and a scalar") }
        return KeyPair(publicKey: publicKey, privateKey: nil)
      }
      guard scalar.count == curve.coordinateByteCount else {
        throw JOSEError(.invalidKey, "a private key of \(scalar.count) bytes on \(curve.rawValue)")
      }
      let privateKey = try Private(scalar: scalar)
      guard point == nil || point == privateKey.half.point else {
        throw JOSEError(.invalidKey, "the private key on \(curve.rawValue) does not belong to the public one")
      }
      return KeyPair(publicKey: privateKey.half, privateKey: privateKey)
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidKey, "a point that is not on \(curve.rawValue), or a scalar out of range")
    }
  }
}
