internal import Crypto

#if OpenSSL
  internal import JOSEOpenSSL
#endif

extension JWK.AgreementCurve {
  /// The `kty` of its keys.
  var keyType: JWK.KeyType {
    switch self {
    case .p256, .p384, .p521: .ellipticCurve
    case .x25519: .octetKeyPair
    #if OpenSSL
      case .x448: .octetKeyPair
    #endif
    }
  }

  /// How many bytes a coordinate has.
  var coordinateByteCount: Int {
    switch self {
    case .p256, .x25519: 32
    case .p384: 48
    case .p521: 66
    #if OpenSSL
      case .x448: X448.byteCount
    #endif
    }
  }
}

/// A private key that agrees on secrets.
enum AgreementPrivateKey: Sendable {
  case p256(P256.KeyAgreement.PrivateKey)
  case p384(P384.KeyAgreement.PrivateKey)
  case p521(P521.KeyAgreement.PrivateKey)
  case x25519(Curve25519.KeyAgreement.PrivateKey)
  #if OpenSSL
    case x448(X448.PrivateKey)
  #endif

  /// A fresh, ephemeral key.
  /// - Throws: ``JOSEError`` with code `invalid_key` when none can be made: libcrypto may lack memory.
  init(on curve: JWK.AgreementCurve) throws(JOSEError) {
    switch curve {
    case .p256: self = .p256(P256.KeyAgreement.PrivateKey())
    case .p384: self = .p384(P384.KeyAgreement.PrivateKey())
    case .p521: self = .p521(P521.KeyAgreement.PrivateKey())
    case .x25519: self = .x25519(Curve25519.KeyAgreement.PrivateKey())
    #if OpenSSL
      case .x448: self = .x448(try .fresh())
    #endif
    }
  }

  var publicKey: AgreementPublicKey {
    switch self {
    case .p256(let key): .p256(key.publicKey)
    case .p384(let key): .p384(key.publicKey)
    case .p521(let key): .p521(key.publicKey)
    case .x25519(let key): .x25519(key.publicKey)
    #if OpenSSL
      case .x448(let key): .x448(key.publicKey)
    #endif
    }
  }

  /// The secret that both sides come to: 32 to 66 bytes; nil when the keys are on two curves, or when the
  /// other one is a point of low order.
  ///
  /// Every private key turns such a point of X25519 into zeros, which everybody knows; the crypto library
  /// hands them out without a word (RFC 7748 §6.1, RFC 8037 §3.2).
  func sharedSecret(with other: AgreementPublicKey) -> [UInt8]? {
    do {
      let secret: SharedSecret
      switch (self, other) {
      case (.p256(let key), .p256(let other)): secret = try key.sharedSecretFromKeyAgreement(with: other)
      case (.p384(let key), .p384(let other)): secret = try key.sharedSecretFromKeyAgreement(with: other)
      case (.p521(let key), .p521(let other)): secret = try key.sharedSecretFromKeyAgreement(with: other)
      case (.x25519(let key), .x25519(let other)): secret = try key.sharedSecretFromKeyAgreement(with: other)
      #if OpenSSL
        case (.x448(let key), .x448(let other)): return try key.sharedSecret(with: other)
      #endif
      default: return nil
      }
      let bytes = secret.secretBytes
      guard !constantTimeEquals(bytes, [UInt8](repeating: 0, count: bytes.count)) else { return nil }
      return bytes
    } catch {
      return nil
    }
  }
}

/// A public key to agree with.
enum AgreementPublicKey: Sendable {
  case p256(P256.KeyAgreement.PublicKey)
  case p384(P384.KeyAgreement.PublicKey)
  case p521(P521.KeyAgreement.PublicKey)
  case x25519(Curve25519.KeyAgreement.PublicKey)
  #if OpenSSL
    case x448(X448.PublicKey)
  #endif

  var curve: JWK.AgreementCurve {
    switch self {
    case .p256: .p256
    case .p384: .p384
    case .p521: .p521
    case .x25519: .x25519
    #if OpenSSL
      case .x448: .x448
    #endif
    }
  }

  /// A key from the members of a JWK: `x`, and `y` where the curve has one.
  ///
  /// A point beside the curve makes the other side compute on another, weak one, and its answers give the
  /// private key away (CVE-2017-12974).
  /// - Throws: ``JOSEError`` with code `invalid_key` unless each coordinate has its exact length and the
  ///   point lies on the curve.
  init(on curve: JWK.AgreementCurve, x: [UInt8], y: [UInt8]?) throws(JOSEError) {
    guard x.count == curve.coordinateByteCount,
      curve.keyType == .octetKeyPair ? y == nil : y?.count == curve.coordinateByteCount
    else {
      throw JOSEError(.invalidKey, "coordinates of another length than \(curve.rawValue) has")
    }
    let point = [0x04] + x + (y ?? [])
    do {
      self =
        switch curve {
        case .p256: .p256(try P256.KeyAgreement.PublicKey(x963Representation: point))
        case .p384: .p384(try P384.KeyAgreement.PublicKey(x963Representation: point))
        case .p521: .p521(try P521.KeyAgreement.PublicKey(x963Representation: point))
        case .x25519: .x25519(try Curve25519.KeyAgreement.PublicKey(rawRepresentation: x))
        #if OpenSSL
          case .x448: .x448(try X448.PublicKey(point: x))
        #endif
        }
    } catch {
      throw JOSEError(.invalidKey, "a point that is not on \(curve.rawValue)")
    }
  }

  /// The key as the JWK in `epk`: the members that are needed, and no others (RFC 7518 §4.6.1.1).
  func json() -> JSON {
    var members = [
      JSONMember(name: "kty", value: .string(curve.keyType.rawValue)),
      JSONMember(name: "crv", value: .string(curve.rawValue)),
    ]
    let point: [UInt8] =
      switch self {
      case .p256(let key): Array(key.x963Representation.dropFirst())
      case .p384(let key): Array(key.x963Representation.dropFirst())
      case .p521(let key): Array(key.x963Representation.dropFirst())
      case .x25519(let key): Array(key.rawRepresentation)
      #if OpenSSL
        case .x448(let key): key.point
      #endif
      }
    let x = point.prefix(curve.coordinateByteCount)
    members.append(JSONMember(name: "x", value: .string(Base64URL.encode(x))))
    if curve.keyType == .ellipticCurve {
      let y = point.dropFirst(curve.coordinateByteCount)
      members.append(JSONMember(name: "y", value: .string(Base64URL.encode(y))))
    }
    return .object(members)
  }
}
