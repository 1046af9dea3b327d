internal import Crypto

#if OpenSSL
  internal import JOSEOpenSSL
#endif

/// A curve of NIST, as JOSE uses it (RFC 7518 §3.4, §6.2); or secp256k1, which JOSE uses no differently, to
/// sign (RFC 8812 §3).
enum NISTCurve: String, CaseIterable, Sendable {
  case p256 = "P-256"
  case p384 = "P-384"
  case p521 = "P-521"
  #if OpenSSL
    case secp256k1
  #endif

  /// How many bytes a coordinate, a private scalar, and each half of a signature has.
  var coordinateByteCount: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    case .p521: 66
    #if OpenSSL
      case .secp256k1: Secp256k1.coordinateByteCount
    #endif
    }
  }

  /// The one algorithm of JOSE on this curve.
  var algorithm: SignatureAlgorithm {
    switch self {
    case .p256: .es256
    case .p384: .es384
    case .p521: .es512
    #if OpenSSL
      case .secp256k1: .es256K
    #endif
    }
  }

  /// The order n of the curve's base point, big-endian (FIPS 186-5, SP 800-186 §3.2.1).
  var order: [UInt8] {
    switch self {
    case .p256: Self.p256Order
    case .p384: Self.p384Order
    case .p521: Self.p521Order
    #if OpenSSL
      case .secp256k1: Secp256k1.order
    #endif
    }
  }

  /// Whether `signature` is `r‖s` of the exact length with 0 < r, s < n.
  ///
  /// Checked here, before any arithmetic: an implementation that forgot it accepted r = s = 0 for every
  /// message (CVE-2022-21449).
  func isWellFormed(signature: Span<UInt8>) -> Bool {
    let half = coordinateByteCount
    guard signature.count == 2 * half else { return false }
    return isInRange(signature.extracting(0..<half)) && isInRange(signature.extracting(half..<2 * half))
  }

  /// Whether 0 < `number` < n.
  private func isInRange(_ number: Span<UInt8>) -> Bool {
    var isZero = true
    for index in number.indices where number[index] != 0 {
      isZero = false
      break
    }
    guard !isZero else { return false }
    let order = order
    for index in number.indices where number[index] != order[index] {
      return number[index] < order[index]
    }
    return false
  }

  private static let p256Order: [UInt8] =
    [UInt8](repeating: 0xFF, count: 4) + [UInt8](repeating: 0x00, count: 4)
    + [UInt8](repeating: 0xFF, count: 8)
    + [
      0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]

  private static let p384Order: [UInt8] =
    [UInt8](repeating: 0xFF, count: 24)
    + [
      0xC7, 0x63, 0x4D, 0x81, 0xF4, 0x37, 0x2D, 0xDF, 0x58, 0x1A, 0x0D, 0xB2, 0x48, 0xB0, 0xA7, 0x7A,
      0xEC, 0xEC, 0x19, 0x6A, 0xCC, 0xC5, 0x29, 0x73,
    ]

  private static let p521Order: [UInt8] =
    [0x01] + [UInt8](repeating: 0xFF, count: 32)
    + [
      0xFA, 0x51, 0x86, 0x87, 0x83, 0xBF, 0x2F, 0x96, 0x6B, 0x7F, 0xCC, 0x01, 0x48, 0xF7, 0x09, 0xA5,
      0xD0, 0x3B, 0xB5, 0xC9, 0xB8, 0x89, 0x9C, 0x47, 0xAE, 0xBB, 0x6F, 0xB7, 0x1E, 0x91, 0x38, 0x64, 0x09,
    ]
}

/// A public key on such a curve. swift-crypto has three such types and no protocol over them.
protocol NISTPublicKey: Sendable {
  static var curve: NISTCurve { get }
  /// From the uncompressed point `04‖x‖y`; throws unless it lies on the curve.
  init(point: [UInt8]) throws
  var point: [UInt8] { get }
  /// SubjectPublicKeyInfo.
  var der: [UInt8] { get }
  /// Whether `signature`, which is well-formed, signs `message`.
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool
}

/// A private key on such a curve.
protocol NISTPrivateKey: Sendable {
  associatedtype Public: NISTPublicKey
  /// A fresh key.
  init() throws
  init(scalar: [UInt8]) throws
  var scalar: [UInt8] { get }
  var half: Public { get }
  /// PKCS#8.
  var der: [UInt8] { get }
  /// `r‖s`.
  func signature(over message: [UInt8]) throws -> [UInt8]
}

extension P256.Signing.PublicKey: NISTPublicKey {
  static var curve: NISTCurve { .p256 }
  init(point: [UInt8]) throws { try self.init(x963Representation: point) }
  var point: [UInt8] { Array(x963Representation) }
  var der: [UInt8] { Array(derRepresentation) }
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
    do {
      return isValidSignature(try P256.Signing.ECDSASignature(rawRepresentation: signature), for: message)
    } catch {
      return false
    }
  }
}

extension P256.Signing.PrivateKey: NISTPrivateKey {
  init() { self.init(compactRepresentable: false) }
  init(scalar: [UInt8]) throws { try self.init(rawRepresentation: scalar) }
  var scalar: [UInt8] { Array(rawRepresentation) }
  var half: P256.Signing.PublicKey { publicKey }
  var der: [UInt8] { Array(derRepresentation) }
  func signature(over message: [UInt8]) throws -> [UInt8] {
    try Array(signature(for: message).rawRepresentation)
  }
}

extension P384.Signing.PublicKey: NISTPublicKey {
  static var curve: NISTCurve { .p384 }
  init(point: [UInt8]) throws { try self.init(x963Representation: point) }
  var point: [UInt8] { Array(x963Representation) }
  var der: [UInt8] { Array(derRepresentation) }
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
    do {
      return isValidSignature(try P384.Signing.ECDSASignature(rawRepresentation: signature), for: message)
    } catch {
      return false
    }
  }
}

extension P384.Signing.PrivateKey: NISTPrivateKey {
  init() { self.init(compactRepresentable: false) }
  init(scalar: [UInt8]) throws { try self.init(rawRepresentation: scalar) }
  var scalar: [UInt8] { Array(rawRepresentation) }
  var half: P384.Signing.PublicKey { publicKey }
  var der: [UInt8] { Array(derRepresentation) }
  func signature(over message: [UInt8]) throws -> [UInt8] {
    try Array(signature(for: message).rawRepresentation)
  }
}

extension P521.Signing.PublicKey: NISTPublicKey {
  static var curve: NISTCurve { .p521 }
  init(point: [UInt8]) throws { try self.init(x963Representation: point) }
  var point: [UInt8] { Array(x963Representation) }
  var der: [UInt8] { Array(derRepresentation) }
  func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
    do {
      return isValidSignature(try P521.Signing.ECDSASignature(rawRepresentation: signature), for: message)
    } catch {
      return false
    }
  }
}

extension P521.Signing.PrivateKey: NISTPrivateKey {
  init() { self.init(compactRepresentable: false) }
  init(scalar: [UInt8]) throws { try self.init(rawRepresentation: scalar) }
  var scalar: [UInt8] { Array(rawRepresentation) }
  var half: P521.Signing.PublicKey { publicKey }
  var der: [UInt8] { Array(derRepresentation) }
  func signature(over message: [UInt8]) throws -> [UInt8] {
    try Array(signature(for: message).rawRepresentation)
  }
}
