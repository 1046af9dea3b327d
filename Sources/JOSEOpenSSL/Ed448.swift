/// Signatures on edwards448 (RFC 8032 §5.2), without a context.
package enum Ed448 {
  /// How many bytes a point and a seed have.
  package static let byteCount = 57
  /// How many bytes a signature has.
  package static let signatureByteCount = 114

  /// A point of edwards448.
  package struct PublicKey: Sendable {
    /// The encoded point, 57 bytes (RFC 8032 §5.2.2).
    package let point: [UInt8]
    private let key: EVPKey

    /// libcrypto decodes a point each time a signature is checked: under bytes that encode none, no signature
    /// verifies.
    /// - Throws: ``LibcryptoError/invalidKey`` for another length, for a y that is not below p, and for a
    ///   point of small order, under which anyone can sign.
    package init(point: [UInt8]) throws(LibcryptoError) {
      guard point.count == byteCount, isReduced(point), !hasSmallOrder(point) else { throw .invalidKey }
      key = try EVPKey(.ed448, publicBytes: point)
      self.point = point
    }

    fileprivate init(_ key: EVPKey) throws(LibcryptoError) {
      point = try key.publicBytes(.ed448)
      self.key = key
    }

    /// Whether `signature`, 114 bytes, signs `message`.
    package func verifies(_ signature: Span<UInt8>, over message: Span<UInt8>) -> Bool {
      signature.count == signatureByteCount && key.verifies(signature, over: message, hash: nil)
    }
  }

  /// A seed, and the point that it makes.
  package struct PrivateKey: Sendable {
    /// 57 bytes.
    package let seed: [UInt8]
    /// The public half.
    package let publicKey: PublicKey
    private let key: EVPKey

    /// A fresh key.
    /// - Throws: ``LibcryptoError/failed``.
    package init() throws(LibcryptoError) {
      try self.init(.generate(.ed448))
    }

    /// - Throws: ``LibcryptoError/invalidKey`` for another length.
    package init(seed: [UInt8]) throws(LibcryptoError) {
      try self.init(EVPKey(.ed448, privateBytes: seed))
    }

    private init(_ key: EVPKey) throws(LibcryptoError) {
      seed = try key.privateBytes(.ed448)
      publicKey = try PublicKey(key)
      self.key = key
    }

    /// The signature over `message`, 114 bytes, the same each time.
    /// - Throws: ``LibcryptoError/failed``.
    package func signature(over message: Span<UInt8>) throws(LibcryptoError) -> [UInt8] {
      let bytes = try key.signature(over: message, hash: nil, maximumByteCount: signatureByteCount)
      guard bytes.count == signatureByteCount else { throw .failed }
      return bytes
    }
  }

  /// Whether y, the first 56 bytes, little-endian, is below p = 2^448 - 2^224 - 1, and the last byte holds
  /// the sign of x alone (RFC 8032 §5.2.3).
  private static func isReduced(_ point: [UInt8]) -> Bool {
    guard point[56] & 0x7F == 0 else { return false }
    for index in (0..<56).reversed() where point[index] != prime[index] {
      return point[index] < prime[index]
    }
    return false
  }

  /// Whether it is one of the four points whose order divides 4: their y are 1, -1 and, twice, 0.
  private static func hasSmallOrder(_ point: [UInt8]) -> Bool {
    let y = point.prefix(56)
    let greatest = [prime[0] - 1] + prime.dropFirst()
    return y.elementsEqual(greatest) || (y.dropFirst().allSatisfy { $0 == 0 } && point[0] <= 1)
  }

  private static let prime: [UInt8] =
    [UInt8](repeating: 0xFF, count: 28) + [0xFE] + [UInt8](repeating: 0xFF, count: 27)
}
