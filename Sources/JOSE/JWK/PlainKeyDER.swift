internal import SwiftASN1

/// The keys whose AlgorithmIdentifier is a name alone (RFC 8410 §3, RFC 9881 §3), and their DER.
enum PlainKeyDER: CaseIterable {
  case x25519, ed25519, mlDSA65, mlDSA87
  #if OpenSSL
    case x448, ed448
  #endif

  /// The algorithm of that name; nil for any other.
  init?(_ identifier: ASN1ObjectIdentifier) {
    guard let match = Self.allCases.first(where: { $0.identifier == identifier }) else { return nil }
    self = match
  }

  private var identifier: ASN1ObjectIdentifier {
    switch self {
    case .x25519: [1, 3, 101, 110]
    case .ed25519: [1, 3, 101, 112]
    case .mlDSA65: [2, 16, 840, 1, 101, 3, 4, 3, 18]
    case .mlDSA87: [2, 16, 840, 1, 101, 3, 4, 3, 19]
    #if OpenSSL
      case .x448: [1, 3, 101, 111]
      case .ed448: [1, 3, 101, 113]
    #endif
    }
  }

  /// The tag of the bytes in a private key: an octet string, or of ML-DSA the seed (RFC 9881 §6).
  private var privateTag: ASN1Identifier {
    switch self {
    case .x25519, .ed25519: .octetString
    case .mlDSA65, .mlDSA87: ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
    #if OpenSSL
      case .x448, .ed448: .octetString
    #endif
    }
  }
}

// MARK: - Reading

extension PlainKeyDER {
  /// The key of a SubjectPublicKeyInfo's bits.
  func publicKey(_ bits: [UInt8]) throws(JOSEError) -> KeyMaterial {
    switch self {
    case .x25519: try .x25519(point: bits, scalar: nil)
    case .ed25519: try .ed25519(point: bits, seed: nil)
    case .mlDSA65: .mlDSA65(try KeyPair(publicBytes: bits, seed: nil))
    case .mlDSA87: .mlDSA87(try KeyPair(publicBytes: bits, seed: nil))
    #if OpenSSL
      case .x448: try .x448(point: bits, scalar: nil)
      case .ed448: try .ed448(point: bits, seed: nil)
    #endif
    }
  }

  /// The key of a PKCS#8 structure's content.
  func privateKey(_ content: ArraySlice<UInt8>, point: [UInt8]?) throws -> KeyMaterial {
    let secret = try secret(DER.parse(content))
    return switch self {
    case .x25519: try .x25519(point: point, scalar: secret)
    case .ed25519: try .ed25519(point: point, seed: secret)
    case .mlDSA65: .mlDSA65(try KeyPair(publicBytes: point, seed: secret))
    case .mlDSA87: .mlDSA87(try KeyPair(publicBytes: point, seed: secret))
    #if OpenSSL
      case .x448: try .x448(point: point, scalar: secret)
      case .ed448: try .ed448(point: point, seed: secret)
    #endif
    }
  }

  /// The bytes: as many as the key demands. Of ML-DSA they may stand beside the key that they expand to;
  /// that one alone is refused: no seed comes out of it, and JOSE carries nothing else (RFC 9964 §3).
  private func secret(_ node: ASN1Node) throws -> [UInt8] {
    if node.identifier == privateTag {
      return Array(try ASN1OctetString(derEncoded: node, withIdentifier: privateTag).bytes)
    }
    guard self == .mlDSA65 || self == .mlDSA87, node.identifier == .sequence else {
      throw JOSEError(.unsupportedAlgorithm, "a private key without its seed")
    }
    return try DER.sequence(node, identifier: .sequence) { fields in
      let seed = try ASN1OctetString(derEncoded: &fields).bytes
      _ = try ASN1OctetString(derEncoded: &fields)
      return Array(seed)
    }
  }
}

// MARK: - Writing

extension PlainKeyDER {
  /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
  func subjectPublicKeyInfo(_ bytes: [UInt8]) throws(JOSEError) -> [UInt8] {
    try Self.sequence { sequence in
      try appendAlgorithm(to: &sequence)
      try sequence.serialize(ASN1BitString(bytes: bytes[...]))
    }
  }

  /// PKCS#8 (RFC 5958 §2).
  func privateKeyInfo(_ secret: [UInt8]) throws(JOSEError) -> [UInt8] {
    let content: [UInt8]
    do {
      var serializer = DER.Serializer()
      try ASN1OctetString(contentBytes: secret[...]).serialize(into: &serializer, withIdentifier: privateTag)
      content = serializer.serializedBytes
    } catch {
      throw Self.failure
    }
    return try Self.sequence { sequence in
      try sequence.serialize(0)
      try appendAlgorithm(to: &sequence)
      try sequence.serialize(ASN1OctetString(contentBytes: content[...]))
    }
  }

  private func appendAlgorithm(to sequence: inout DER.Serializer) throws {
    try sequence.appendConstructedNode(identifier: .sequence) { try $0.serialize(identifier) }
  }

  private static func sequence(_ fill: (inout DER.Serializer) throws -> Void) throws(JOSEError) -> [UInt8] {
    do {
      var serializer = DER.Serializer()
      try serializer.appendConstructedNode(identifier: .sequence, fill)
      return serializer.serializedBytes
    } catch {
      throw failure
    }
  }

  private static var failure: JOSEError { JOSEError(.invalidKey, "a key that has no DER") }
}
