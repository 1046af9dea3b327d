internal import Crypto

/// Keys on the two curves of RFC 7748 that RFC 8037 brings to JOSE, one to sign and one to agree on secrets.
extension KeyMaterial {
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

  /// A key on X25519 from its encoded point, its private scalar (32 bytes each), or both; nil takes the point
  /// from the scalar.
  ///
  /// Points of small order are not looked for here: what an agreement with one gives is, and it is refused.
  /// - Throws: ``JOSEError`` with code `invalid_key`.
  static func x25519(point: [UInt8]?, scalar: [UInt8]?) throws(JOSEError) -> KeyMaterial {
    do {
      guard let scalar else {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: point ?? [])
        return .x25519(KeyPair(publicKey: key, privateKey: nil))
      }
      let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: scalar)
      guard point == nil || point == Array(key.publicKey.rawRepresentation) else {
        throw JOSEError(.invalidKey, "the private key on X25519 does not belong to the public one")
      }
      return .x25519(KeyPair(publicKey: key.publicKey, privateKey: key))
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidKey, "an X25519 key has 32 bytes")
    }
  }
}
