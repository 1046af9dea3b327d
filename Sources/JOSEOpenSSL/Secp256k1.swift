/// The curve secp256k1 (SEC 2 §2.4.1), on which `ES256K` signs (RFC 8812 §3).
package enum Secp256k1 {
  /// How many bytes a coordinate, a scalar, and each half of a signature has.
  package static let coordinateByteCount = 32

  /// The order n of the base point, big-endian.
  package static let order: [UInt8] =
    [UInt8](repeating: 0xFF, count: 15)
    + [
      0xFE, 0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
    ]

  /// A point on the curve.
  package struct PublicKey: Sendable {
    /// `04‖x‖y`, 65 bytes.
    package let point: [UInt8]
    private let key: EVPKey

    /// - Throws: ``LibcryptoError/invalidKey`` for anything but the uncompressed encoding of a point that
    ///   lies on the curve and is not the neutral one.
    package init(point: [UInt8]) throws(LibcryptoError) {
      guard point.count == 1 + 2 * coordinateByteCount, point.first == 0x04 else { throw .invalidKey }
      key = try EVPKey(publicDER: Secp256k1DER.publicKey(point))
      self.point = point
    }

    fileprivate init(_ key: EVPKey) throws(LibcryptoError) {
      point = try key.encodedPoint(byteCount: 1 + 2 * coordinateByteCount)
      self.key = key
    }

    /// SubjectPublicKeyInfo (RFC 5480 §2).
    package var der: [UInt8] { Secp256k1DER.publicKey(point) }

    /// Whether `signature` is `r‖s`, 64 bytes with 0 < r, s < n, and signs the SHA-256 of `message`.
    package func verifies(_ signature: Span<UInt8>, over message: Span<UInt8>) -> Bool {
      let half = coordinateByteCount
      guard signature.count == 2 * half else { return false }
      let (r, s) = (signature.extracting(0..<half), signature.extracting(half..<2 * half))
      guard isInRange(r), isInRange(s) else { return false }
      return key.verifies(ECDSASignatureDER.encode(r, s).span, over: message, hash: .sha256)
    }
  }

  /// A scalar, and its point.
  package struct PrivateKey: Sendable {
    /// From 1 to n - 1, big-endian, 32 bytes.
    package let scalar: [UInt8]
    /// The public half.
    package let publicKey: PublicKey
    private let key: EVPKey

    /// A fresh key.
    /// - Throws: ``LibcryptoError/failed``.
    package init() throws(LibcryptoError) {
      key = try .generate(onCurve: "secp256k1")
      scalar = try key.scalar(byteCount: coordinateByteCount)
      publicKey = try PublicKey(key)
    }

    /// - Throws: ``LibcryptoError/invalidKey`` for another length than 32 bytes, 0, and numbers from n.
    package init(scalar: [UInt8]) throws(LibcryptoError) {
      guard scalar.count == coordinateByteCount, isInRange(scalar.span) else { throw .invalidKey }
      key = try EVPKey(privateDER: Secp256k1DER.privateKey(scalar, point: nil))
      self.scalar = scalar
      publicKey = try PublicKey(key)
    }

    /// PKCS#8 with the point inside (RFC 5958 §2, RFC 5915 §3).
    package var der: [UInt8] { Secp256k1DER.privateKey(scalar, point: publicKey.point) }

    /// `r‖s` over the SHA-256 of `message`, 64 bytes.
    /// - Throws: ``LibcryptoError/failed``.
    package func signature(over message: Span<UInt8>) throws(LibcryptoError) -> [UInt8] {
      let der = try key.signature(over: message, hash: .sha256, maximumByteCount: 72)
      guard let signature = ECDSASignatureDER.decode(der, halfByteCount: coordinateByteCount) else {
        throw .failed
      }
      return signature
    }
  }

  /// Whether 0 < `number` < n; takes as long for any number that is, whatever it is.
  private static func isInRange(_ number: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    // What is left of the difference number - n: a borrow when the number is less.
    var borrow = 0
    for index in number.indices.reversed() {
      all |= number[index]
      borrow = (Int(number[index]) - Int(order[index]) - borrow) < 0 ? 1 : 0
    }
    return all != 0 && borrow == 1
  }
}

/// The DER of keys on secp256k1, which differs in nothing but the numbers: libcrypto reads it, and writes the
/// same.
private enum Secp256k1DER {
  /// `id-ecPublicKey` with the curve's name (RFC 5480 §2.1.1).
  private static let algorithm: [UInt8] = [
    0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00,
    0x0A,
  ]

  static func publicKey(_ point: [UInt8]) -> [UInt8] {
    element(0x30, algorithm + element(0x03, [0] + point))
  }

  static func privateKey(_ scalar: [UInt8], point: [UInt8]?) -> [UInt8] {
    let publicKey = point.map { element(0xA1, element(0x03, [0] + $0)) } ?? []
    let inner = element(0x30, [0x02, 0x01, 0x01] + element(0x04, scalar) + publicKey)
    return element(0x30, [0x02, 0x01, 0x00] + algorithm + element(0x04, inner))
  }

  /// An element of fewer than 256 bytes.
  private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = UInt8(truncatingIfNeeded: content.count)
    return (count < 0x80 ? [tag, count] : [tag, 0x81, count]) + content
  }
}
