internal import SwiftASN1

/// The DER structures that keys travel in.
enum KeyDER {
  /// A structure and, in PEM, its label (RFC 7468, RFC 8017, RFC 5915).
  enum Form: String {
    case subjectPublicKeyInfo = "PUBLIC KEY"
    case privateKeyInfo = "PRIVATE KEY"
    case rsaPublicKey = "RSA PUBLIC KEY"
    case rsaPrivateKey = "RSA PRIVATE KEY"
    case ecPrivateKey = "EC PRIVATE KEY"
  }

  /// Reads a key in any of the forms, which tell themselves apart by their first two fields.
  /// - Throws: ``JOSEError`` with code `invalid_key`, `weak_key`, or `unsupported_algorithm` for an algorithm
  ///   or a curve that is not supported.
  static func key(_ der: [UInt8], expecting expected: Form? = nil) throws(JOSEError) -> KeyMaterial {
    do {
      let node = try DER.parse(der)
      let form = try form(of: node)
      guard expected == nil || expected == form else {
        throw JOSEError(.invalidKey, "the PEM label does not fit its content")
      }
      switch form {
      case .subjectPublicKeyInfo: return try subjectPublicKeyInfo(node)
      case .privateKeyInfo: return try privateKeyInfo(node)
      case .ecPrivateKey: return try ecPrivateKey(node, on: nil)
      case .rsaPublicKey: return try .rsa(PKCS1.publicNumbers(der[...]), nil)
      case .rsaPrivateKey:
        let (numbers, privateNumbers) = try PKCS1.privateNumbers(der)
        return try .rsa(numbers, privateNumbers)
      }
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidKey, "not the DER of a key")
    }
  }

  private static func form(of node: ASN1Node) throws -> Form {
    guard node.identifier == .sequence, case .constructed(let fields) = node.content else {
      throw JOSEError(.invalidKey, "the DER of a key is a SEQUENCE")
    }
    let identifiers = fields.map(\.identifier)
    switch (identifiers.first, identifiers.dropFirst().first) {
    case (.sequence, .bitString): return .subjectPublicKeyInfo
    case (.integer, .sequence): return .privateKeyInfo
    case (.integer, .octetString): return .ecPrivateKey
    case (.integer, .integer): return identifiers.count == 2 ? .rsaPublicKey : .rsaPrivateKey
    default: throw JOSEError(.invalidKey, "a DER structure that is no key")
    }
  }

  /// RFC 5280 §4.1.2.7.
  private static func subjectPublicKeyInfo(_ node: ASN1Node) throws -> KeyMaterial {
    try DER.sequence(node, identifier: .sequence) { fields in
      let algorithm = try KeyAlgorithm(&fields)
      let bits = try wholeBytes(ASN1BitString(derEncoded: &fields))
      switch algorithm {
      case .rsa: return try .rsa(PKCS1.publicNumbers(bits), nil)
      case .elliptic(let curve): return try .elliptic(curve, point: Array(bits), scalar: nil)
      case .plain(let algorithm): return try algorithm.publicKey(Array(bits))
      }
    }
  }

  /// RFC 5958 §2: version 0, or 1 with the public key beside.
  private static func privateKeyInfo(_ node: ASN1Node) throws -> KeyMaterial {
    try DER.sequence(node, identifier: .sequence) { fields in
      let version = try Int(derEncoded: &fields)
      let algorithm = try KeyAlgorithm(&fields)
      let content = try ASN1OctetString(derEncoded: &fields).bytes
      _ = DER.optionalImplicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) { $0 }
      let point =
        try DER.optionalImplicitlyTagged(
          &fields, tag: ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific)
        ) as ASN1BitString?
      guard version == 0 || version == 1, version == 1 || point == nil else {
        throw JOSEError(.invalidKey, "a PKCS#8 version that is not known")
      }
      switch algorithm {
      case .rsa:
        let (numbers, privateNumbers) = try PKCS1.privateNumbers(content)
        return try .rsa(numbers, privateNumbers)
      case .elliptic(let curve):
        return try ecPrivateKey(DER.parse(content), on: curve)
      case .plain(let algorithm):
        return try algorithm.privateKey(content, point: point.map { Array(try wholeBytes($0)) })
      }
    }
  }

  /// RFC 5915 §3. Inside PKCS#8 the curve is known; alone it must say.
  private static func ecPrivateKey(_ node: ASN1Node, on outer: NISTCurve?) throws -> KeyMaterial {
    try DER.sequence(node, identifier: .sequence) { fields in
      guard try Int(derEncoded: &fields) == 1 else {
        throw JOSEError(.invalidKey, "an ECPrivateKey version that is not known")
      }
      let scalar = try ASN1OctetString(derEncoded: &fields).bytes
      let inner = try DER.optionalExplicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) {
        try KeyAlgorithm.curve($0)
      }
      let point = try DER.optionalExplicitlyTagged(&fields, tagNumber: 1, tagClass: .contextSpecific) {
        Array(try wholeBytes(ASN1BitString(derEncoded: $0)))
      }
      guard let curve = outer ?? inner, inner == nil || inner == curve else {
        throw JOSEError(.invalidKey, "an ECPrivateKey that names no curve, or another than its envelope")
      }
      return try .elliptic(curve, point: point, scalar: Array(scalar))
    }
  }

  private static func wholeBytes(_ bits: ASN1BitString) throws(JOSEError) -> ArraySlice<UInt8> {
    guard bits.paddingBits == 0 else { throw JOSEError(.invalidKey, "a BIT STRING that is not whole bytes") }
    return bits.bytes
  }
}

/// What an AlgorithmIdentifier says of a key (RFC 3279 §2.3, RFC 5480 §2.1, RFC 8410 §3, RFC 9881 §3).
private enum KeyAlgorithm {
  case rsa
  case elliptic(NISTCurve)
  case plain(PlainKeyDER)

  init(_ fields: inout ASN1NodeCollection.Iterator) throws {
    guard let node = fields.next() else { throw JOSEError(.invalidKey, "a key without its algorithm") }
    self = try DER.sequence(node, identifier: .sequence) { fields in
      let algorithm = try ASN1ObjectIdentifier(derEncoded: &fields)
      let parameters = fields.next()
      switch algorithm {
      case Self.rsaEncryption:
        guard parameters.map({ $0.identifier == .null }) ?? true else {
          throw JOSEError(.invalidKey, "an RSA key with parameters")
        }
        return .rsa
      case Self.ecPublicKey:
        guard let parameters else { throw JOSEError(.invalidKey, "an EC key that names no curve") }
        return .elliptic(try Self.curve(parameters))
      default:
        guard let plain = PlainKeyDER(algorithm) else {
          throw JOSEError(.unsupportedAlgorithm, "a key whose algorithm is not supported: \(algorithm)")
        }
        guard parameters == nil else {
          throw JOSEError(.invalidKey, "a key with parameters it has no use for")
        }
        return .plain(plain)
      }
    }
  }

  /// A curve by its name; one that is spelled out could be any (CVE-2020-0601).
  static func curve(_ node: ASN1Node) throws -> NISTCurve {
    guard node.identifier == .objectIdentifier else {
      throw JOSEError(.unsupportedAlgorithm, "an EC key with explicit curve parameters")
    }
    let identifier = try ASN1ObjectIdentifier(derEncoded: node)
    switch identifier {
    case Self.secp256r1: return .p256
    case Self.secp384r1: return .p384
    case Self.secp521r1: return .p521
    #if OpenSSL
      case Self.secp256k1: return .secp256k1
    #endif
    default: throw JOSEError(.unsupportedAlgorithm, "a curve that is not supported: \(identifier)")
    }
  }

  private static let rsaEncryption: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 1, 1]
  private static let ecPublicKey: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 2, 1]
  private static let secp256r1: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 3, 1, 7]
  private static let secp384r1: ASN1ObjectIdentifier = [1, 3, 132, 0, 34]
  private static let secp521r1: ASN1ObjectIdentifier = [1, 3, 132, 0, 35]
  private static let secp256k1: ASN1ObjectIdentifier = [1, 3, 132, 0, 10]
}
