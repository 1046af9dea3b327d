/// Diffie-Hellman on curve448 (RFC 7748 §6.2).
package enum X448 {
  /// How many bytes a point, a scalar and a shared secret have.
  package static let byteCount = 56

  /// The u coordinate of a point.
  package struct PublicKey: Sendable {
    /// 56 bytes, little-endian. Any are a point, of the curve or of its twist, and one that is not below p
    /// counts as its remainder (RFC 7748 §5).
    package let point: [UInt8]
    fileprivate let key: EVPKey

    /// - Throws: ``LibcryptoError/invalidKey`` for another length.
    package init(point: [UInt8]) throws(LibcryptoError) {
      key = try EVPKey(.x448, publicBytes: point)
      self.point = point
    }

    fileprivate init(_ key: EVPKey) throws(LibcryptoError) {
      point = try key.publicBytes(.x448)
      self.key = key
    }
  }

  /// A scalar, and its point.
  package struct PrivateKey: Sendable {
    /// 56 bytes, as they were given.
    package let scalar: [UInt8]
    /// The public half.
    package let publicKey: PublicKey
    private let key: EVPKey

    /// A fresh key.
    /// - Throws: ``LibcryptoError/failed``.
    package init() throws(LibcryptoError) {
      try self.init(.generate(.x448))
    }

    /// - Throws: ``LibcryptoError/invalidKey`` for another length.
    package init(scalar: [UInt8]) throws(LibcryptoError) {
      try self.init(EVPKey(.x448, privateBytes: scalar))
    }

    private init(_ key: EVPKey) throws(LibcryptoError) {
      scalar = try key.privateBytes(.x448)
      publicKey = try PublicKey(key)
      self.key = key
    }

    /// What both sides agree on, 56 bytes.
    /// - Throws: ``LibcryptoError/zeroSharedSecret`` when the other's point has a small order.
    package func sharedSecret(with other: PublicKey) throws(LibcryptoError) -> [UInt8] {
      try key.sharedSecret(with: other.key, byteCount: byteCount)
    }
  }
}
