extension JWK {
  /// Reads a key from JSON text of at most 16 KiB.
  /// - Throws: ``JOSEError`` as ``init(_:)``, or for text that is not strict JSON.
  public init(parsing bytes: [UInt8]) throws(JOSEError) {
    try self.init(ParsedJSON(parsing: bytes))
  }

  /// Reads a key.
  ///
  /// Unknown members are ignored (RFC 7517 §4), `x5u` is: nothing is fetched.
  /// - Throws: ``JOSEError`` with code `unsupported_algorithm` for a type, curve, use or algorithm that is
  ///   not supported; `weak_key`; `algorithm_mismatch` for an `alg` that the key cannot have;
  ///   `invalid_key` for all that is malformed or inconsistent.
  public init(_ json: ParsedJSON) throws(JOSEError) {
    guard json.kind == .object else { throw JOSEError(.invalidKey, "a JWK is a JSON object") }
    let name = try json.requiredString("kty")
    guard let keyType = KeyType.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
      throw JOSEError(.unsupportedAlgorithm, "a kty that is not supported")
    }
    // First, so that a key for something else is reported as that, and not as malformed.
    let algorithm = try Self.algorithm(in: json)
    try self.init(
      KeyMaterial(keyType, algorithm, json), keyID: json.optionalString("kid"), algorithm: algorithm,
      use: Self.use(in: json), operations: Self.operations(in: json),
      certificates: KeyCertificates(in: json))
  }

  private static func algorithm(in json: ParsedJSON) throws(JOSEError) -> Algorithm? {
    guard let value = json["alg"] else { return nil }
    guard let name = value.string else { throw JOSEError(.invalidKey, "alg is not a string") }
    guard let algorithm = Algorithm(name: name) else {
      throw JOSEError(.unsupportedAlgorithm, "an alg that is not supported")
    }
    return algorithm
  }

  private static func use(in json: ParsedJSON) throws(JOSEError) -> Use? {
    guard let name = try json.optionalString("use") else { return nil }
    guard let use = Use.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
      throw JOSEError(.unsupportedAlgorithm, "a use that is not known")
    }
    return use
  }

  private static func operations(in json: ParsedJSON) throws(JOSEError) -> [String]? {
    guard let value = json["key_ops"] else { return nil }
    guard let elements = value.elements else { throw JOSEError(.invalidKey, "key_ops is not an array") }
    // RFC 7517 §4.3 names eight. Each is compared with all before it.
    guard elements.count <= 16 else { throw JOSEError(.invalidKey, "key_ops of more than 16 operations") }
    var operations: [String] = []
    for element in elements {
      guard let operation = element.string else {
        throw JOSEError(.invalidKey, "key_ops holds more than strings")
      }
      guard !operations.contains(operation) else {
        throw JOSEError(.invalidKey, "key_ops repeats an operation")
      }
      operations.append(operation)
    }
    return operations
  }
}

extension KeyMaterial {
  fileprivate init(
    _ keyType: JWK.KeyType, _ algorithm: JWK.Algorithm?, _ json: ParsedJSON
  ) throws(JOSEError) {
    switch keyType {
    case .octets: self = try .octets(secret: json.requiredBytes("k"), isPassword: algorithm.isPasswordBased)
    case .rsa: self = try .rsa(in: json)
    case .ellipticCurve: self = try .elliptic(in: json)
    case .octetKeyPair: self = try .octetKeyPair(in: json)
    case .algorithmKeyPair: self = try .algorithmKeyPair(algorithm, in: json)
    }
  }

  private static func rsa(in json: ParsedJSON) throws(JOSEError) -> KeyMaterial {
    let numbers = RSANumbers(
      modulus: try json.requiredBytes("n"), publicExponent: try json.requiredBytes("e"))
    guard json["oth"] == nil else {
      throw JOSEError(.unsupportedAlgorithm, "an RSA key of more than two primes")
    }
    guard let exponent = try json.optionalBytes("d") else {
      for name in ["p", "q", "dp", "dq", "qi"] where json[name] != nil {
        throw JOSEError(.invalidKey, "an RSA key with \(name), but without d (RFC 7518 §6.3.2)")
      }
      return try .rsa(numbers, nil)
    }
    // RFC 7518 §6.3.2 allows d alone. To factor n for it is slow, and no library writes such keys.
    let privateNumbers = RSAPrivateNumbers(
      privateExponent: exponent, prime1: try json.requiredBytes("p"), prime2: try json.requiredBytes("q"),
      exponent1: try json.requiredBytes("dp"), exponent2: try json.requiredBytes("dq"),
      coefficient: try json.requiredBytes("qi"))
    return try .rsa(numbers, privateNumbers)
  }

  private static func elliptic(in json: ParsedJSON) throws(JOSEError) -> KeyMaterial {
    let name = try json.requiredString("crv")
    guard let curve = NISTCurve.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
      throw JOSEError(.unsupportedAlgorithm, "a crv that is not supported")
    }
    let x = try json.requiredBytes("x")
    let y = try json.requiredBytes("y")
    // Each on its own: a pair that only adds up to the right length has two readings (RFC 7518 §6.2.1.2).
    guard x.count == curve.coordinateByteCount, y.count == curve.coordinateByteCount else {
      throw JOSEError(
        .invalidKey,
        "coordinates of \(x.count) and \(y.count) bytes; \(name) has \(curve.coordinateByteCount)")
    }
    return try .elliptic(curve, point: [0x04] + x + y, scalar: json.optionalBytes("d"))
  }

  private static func octetKeyPair(in json: ParsedJSON) throws(JOSEError) -> KeyMaterial {
    let curve = try json.requiredString("crv")
    if curve.utf8.elementsEqual("Ed25519".utf8) {
      return try .ed25519(point: json.requiredBytes("x"), seed: json.optionalBytes("d"))
    }
    #if OpenSSL
      if curve.utf8.elementsEqual("Ed448".utf8) {
        return try .ed448(point: json.requiredBytes("x"), seed: json.optionalBytes("d"))
      }
      if curve.utf8.elementsEqual("X448".utf8) {
        return try .x448(point: json.requiredBytes("x"), scalar: json.optionalBytes("d"))
      }
    #endif
    guard curve.utf8.elementsEqual("X25519".utf8) else {
      throw JOSEError(.unsupportedAlgorithm, "a crv that is not supported")
    }
    return try .x25519(point: json.requiredBytes("x"), scalar: json.optionalBytes("d"))
  }

  /// RFC 9964 §3: `alg` is required, and says what `pub` and `priv` are.
  private static func algorithmKeyPair(
    _ algorithm: JWK.Algorithm?, in json: ParsedJSON
  ) throws(JOSEError) -> KeyMaterial {
    let publicBytes = try json.requiredBytes("pub")
    let seed = try json.optionalBytes("priv")
    switch algorithm {
    case .signature(.mlDSA65): return .mlDSA65(try KeyPair(publicBytes: publicBytes, seed: seed))
    case .signature(.mlDSA87): return .mlDSA87(try KeyPair(publicBytes: publicBytes, seed: seed))
    default: throw JOSEError(.invalidKey, "a key of type AKP whose alg is missing or of another type")
    }
  }
}

extension JWK.Algorithm? {
  fileprivate var isPasswordBased: Bool {
    guard case .keyManagement(let algorithm) = self else { return false }
    return algorithm.isPasswordBased
  }
}

extension ParsedJSON {
  fileprivate func optionalString(_ name: String) throws(JOSEError) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.invalidKey, "\(name) is not a string") }
    return string
  }

  fileprivate func requiredString(_ name: String) throws(JOSEError) -> String {
    guard let string = try optionalString(name) else { throw JOSEError(.invalidKey, "\(name) is missing") }
    return string
  }

  fileprivate func optionalBytes(_ name: String) throws(JOSEError) -> [UInt8]? {
    guard let string = try optionalString(name) else { return nil }
    do {
      return try Base64URL.decode(string)
    } catch {
      throw JOSEError(.invalidKey, "\(name) is not base64url: \(error.detail)")
    }
  }

  fileprivate func requiredBytes(_ name: String) throws(JOSEError) -> [UInt8] {
    guard let bytes = try optionalBytes(name) else { throw JOSEError(.invalidKey, "\(name) is missing") }
    return bytes
  }
}
