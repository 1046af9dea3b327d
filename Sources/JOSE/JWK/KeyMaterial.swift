internal import Crypto
internal import CryptoExtras

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

  var keyType: JWK.KeyType {
    switch self {
    case .octets: .octets
    case .rsa: .rsa
    case .p256, .p384, .p521: .ellipticCurve
    case .ed25519: .octetKeyPair
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
    }
  }

  /// Whether a key of this type, curve and size can have `algorithm`.
  func supports(_ algorithm: SignatureAlgorithm) -> Bool {
    switch self {
    case .octets(let secret): algorithm.keyType == .octets && secret.count >= algorithm.hashByteCount
    case .rsa: algorithm.keyType == .rsa
    case .p256: algorithm == .es256
    case .p384: algorithm == .es384
    case .p521: algorithm == .es512
    case .ed25519: algorithm == .edDSA || algorithm == .ed25519
    }
  }
}

extension SignatureAlgorithm {
  /// How many bytes its hash has, and so the least that an HMAC key must have (RFC 7518 §3.2).
  var hashByteCount: Int {
    switch self {
    case .hs256, .rs256, .ps256, .es256: 32
    case .hs384, .rs384, .ps384, .es384: 48
    case .hs512, .rs512, .ps512, .es512, .edDSA, .ed25519: 64
    }
  }
}

// MARK: - From bytes

extension KeyMaterial {
  /// HMAC secrets are from 32 bytes, the shortest hash, to 1024.
  static let secretByteCounts = 32...1024

  /// - Throws: ``JOSEError`` with code `weak_key` for fewer than 32 bytes, `too_large` for more than 1024.
  static func octets(secret: [UInt8]) throws(JOSEError) -> KeyMaterial {
    guard secret.count >= secretByteCounts.lowerBound else {
      throw JOSEError(.weakKey, "an HMAC secret of \(secret.count) bytes; 32 are the least (RFC 7518 §3.2)")
    }
    guard secret.count <= secretByteCounts.upperBound else {
      throw JOSEError(.tooLarge, "an HMAC secret of \(secret.count) bytes; 1024 are the most")
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

  /// A key from its encoded point, its private seed (32 bytes each), or both; nil takes the point from the
  /// seed.
  /// - Throws: ``JOSEError`` with code `invalid_key`.
  static func ed25519(point: [UInt8]?, seed: [UInt8]?) throws(JOSEError) -> KeyMaterial {
    do {
      guard let seed else {
        guard !isSmallOrder(point ?? []) else {
          throw JOSEError(.invalidKey, "an Ed25519 point of small order, under which anyone can sign")
        }
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: point ?? [])
        return .ed25519(KeyPair(publicKey: key, privateKey: nil))
      }
      let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
      guard point == nil || point == Array(key.publicKey.rawRepresentation) else {
        throw JOSEError(.invalidKey, "the private key on Ed25519 does not belong to the public one")
      }
      return .ed25519(KeyPair(publicKey: key.publicKey, privateKey: key))
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidKey, "an Ed25519 key has 32 bytes")
    }
  }

  /// Whether `point` encodes one of the eight points whose order divides 8, canonically or not. A signature
  /// under such a key proves nothing (RFC 8032 §5.1.7 does not ask; libsodium refuses them too).
  private static func isSmallOrder(_ point: [UInt8]) -> Bool {
    guard point.count == 32 else { return false }
    let y = Array(point.dropLast()) + [point[31] & 0x7F]
    return smallOrders.contains(y)
  }

  /// The y coordinates 0, 1, -1 and of order 8, little-endian; p and p + 1 are 0 and 1 once more.
  private static let smallOrders: [[UInt8]] = [
    [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
    [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A,
      0x20,
      0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5,
      0xDF,
      0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
  ]

  /// A fresh key for `algorithm`: HMAC as long as the hash; RSA of 2048, 3072 and 4096 bits for the three
  /// hashes.
  static func generate(_ algorithm: SignatureAlgorithm) throws(JOSEError) -> KeyMaterial {
    switch algorithm {
    case .hs256:
      return freshSecret(SHA256.self)
    case .hs384:
      return freshSecret(SHA384.self)
    case .hs512:
      return freshSecret(SHA512.self)
    case .es256:
      return .p256(fresh())
    case .es384:
      return .p384(fresh())
    case .es512:
      return .p521(fresh())
    case .edDSA, .ed25519:
      let key = Curve25519.Signing.PrivateKey()
      return .ed25519(KeyPair(publicKey: key.publicKey, privateKey: key))
    case .rs256, .ps256:
      return .rsa(try .generate(modulusBits: 2048))
    case .rs384, .ps384:
      return .rsa(try .generate(modulusBits: 3072))
    case .rs512, .ps512:
      return .rsa(try .generate(modulusBits: 4096))
    }
  }

  private static func fresh<Private: NISTPrivateKey>() -> KeyPair<Private.Public, Private> {
    let key = Private()
    return KeyPair(publicKey: key.half, privateKey: key)
  }

  /// A fresh secret as long as the hash: the code of nothing under a fresh key of that length, which is as
  /// hard to guess as the key, and which is read without unsafe code.
  private static func freshSecret<Hash: HashFunction>(_ hash: Hash.Type) -> KeyMaterial {
    let key = SymmetricKey(size: SymmetricKeySize(bitCount: Hash.Digest.byteCount * 8))
    return .octets(Array(HMAC<Hash>.authenticationCode(for: [UInt8](), using: key)))
  }
}
