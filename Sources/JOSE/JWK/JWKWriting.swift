internal import Crypto

#if OpenSSL
  internal import JOSEOpenSSL
#endif

extension JWK {
  /// The key without anything secret. Of a shared secret this is what the key is called, and no key.
  public func publicJSON() -> JSON {
    .object(describingMembers(operations: isPrivate ? nil : operations) + material.publicMembers())
  }

  /// The key with all that is secret. For a public key, ``publicJSON()``.
  public func privateJSON() -> JSON {
    .object(describingMembers(operations: operations) + material.publicMembers() + material.privateMembers())
  }

  /// The SHA-256 thumbprint of RFC 7638 §3 (RFC 8037 §2, RFC 9964 §3), in base64url: 43 characters.
  ///
  /// It names the key, whoever wrote it and however. Of a weak secret it would let one guess the
  /// secret (RFC 7638 §7); those are refused here.
  public func thumbprint() -> String {
    let members: [JSONMember]
    if case .octets = material {
      members = material.privateMembers()
    } else {
      members = material.publicMembers()
    }
    var all = members + [JSONMember(name: "kty", value: .string(keyType.rawValue))]
    // RFC 9964 §3: of these keys `alg` says what they are, as `crv` does of others.
    if keyType == .algorithmKeyPair, let algorithm {
      all.append(JSONMember(name: "alg", value: .string(algorithm.name)))
    }
    let canonical = JSON.object(all.sorted { $0.name < $1.name })
    return Base64URL.encode(Array(SHA256.hash(data: canonical.encoded())))
  }

  /// The thumbprint as a URI (RFC 9278): `urn:ietf:params:oauth:jwk-thumbprint:sha-256:…`.
  public func thumbprintURI() -> String {
    "urn:ietf:params:oauth:jwk-thumbprint:sha-256:\(thumbprint())"
  }

  private func describingMembers(operations: [String]?) -> [JSONMember] {
    var members = [JSONMember(name: "kty", value: .string(keyType.rawValue))]
    if let keyID { members.append(JSONMember(name: "kid", value: .string(keyID))) }
    if let use { members.append(JSONMember(name: "use", value: .string(use.rawValue))) }
    if let operations { members.append(JSONMember(name: "key_ops", value: .strings(operations))) }
    if let algorithm { members.append(JSONMember(name: "alg", value: .string(algorithm.name))) }
    return members + (certificates?.members() ?? [])
  }
}

extension KeyMaterial {
  /// The members that make the public key, and nothing else (RFC 7518 §6, RFC 8037 §2).
  fileprivate func publicMembers() -> [JSONMember] {
    switch self {
    case .octets: []
    case .rsa(let pair):
      Self.members([
        ("n", pair.publicKey.numbers.modulus), ("e", pair.publicKey.numbers.publicExponent),
      ])
    case .p256(let pair): Self.members(of: pair.publicKey)
    case .p384(let pair): Self.members(of: pair.publicKey)
    case .p521(let pair): Self.members(of: pair.publicKey)
    case .ed25519(let pair):
      [JSONMember(name: "crv", value: "Ed25519")]
        + Self.members([("x", Array(pair.publicKey.rawRepresentation))])
    case .x25519(let pair):
      [JSONMember(name: "crv", value: "X25519")]
        + Self.members([("x", Array(pair.publicKey.rawRepresentation))])
    case .mlDSA65(let pair): Self.members([("pub", pair.publicKey.bytes)])
    case .mlDSA87(let pair): Self.members([("pub", pair.publicKey.bytes)])
    #if OpenSSL
      case .secp256k1(let pair): Self.members(of: pair.publicKey)
      case .ed448(let pair):
        [JSONMember(name: "crv", value: "Ed448")] + Self.members([("x", pair.publicKey.point)])
      case .x448(let pair):
        [JSONMember(name: "crv", value: "X448")] + Self.members([("x", pair.publicKey.point)])
    #endif
    }
  }

  fileprivate func privateMembers() -> [JSONMember] {
    switch self {
    case .octets(let secret): Self.members([("k", secret)])
    case .rsa(let pair): pair.privateKey.map { Self.members(of: $0.numbers) } ?? []
    case .p256(let pair): Self.members([("d", pair.privateKey?.scalar)])
    case .p384(let pair): Self.members([("d", pair.privateKey?.scalar)])
    case .p521(let pair): Self.members([("d", pair.privateKey?.scalar)])
    case .ed25519(let pair): Self.members([("d", pair.privateKey.map { Array($0.rawRepresentation) })])
    case .x25519(let pair): Self.members([("d", pair.privateKey.map { Array($0.rawRepresentation) })])
    case .mlDSA65(let pair): Self.members([("priv", pair.privateKey?.seed)])
    case .mlDSA87(let pair): Self.members([("priv", pair.privateKey?.seed)])
    #if OpenSSL
      case .secp256k1(let pair): Self.members([("d", pair.privateKey?.scalar)])
      case .ed448(let pair): Self.members([("d", pair.privateKey?.seed)])
      case .x448(let pair): Self.members([("d", pair.privateKey?.scalar)])
    #endif
    }
  }

  private static func members(of key: some NISTPublicKey) -> [JSONMember] {
    let curve = type(of: key).curve
    let coordinates = key.point.dropFirst()
    return [JSONMember(name: "crv", value: .string(curve.rawValue))]
      + members([
        ("x", Array(coordinates.prefix(curve.coordinateByteCount))),
        ("y", Array(coordinates.suffix(curve.coordinateByteCount))),
      ])
  }

  private static func members(of numbers: RSAPrivateNumbers) -> [JSONMember] {
    members([
      ("d", numbers.privateExponent), ("p", numbers.prime1), ("q", numbers.prime2),
      ("dp", numbers.exponent1), ("dq", numbers.exponent2), ("qi", numbers.coefficient),
    ])
  }

  private static func members(_ values: [(name: String, bytes: [UInt8]?)]) -> [JSONMember] {
    values.compactMap { value in
      value.bytes.map { JSONMember(name: value.name, value: .string(Base64URL.encode($0))) }
    }
  }
}
