/// The protected header of a JWS (RFC 7515 §4).
///
/// Until a signature has verified, it is a claim by whoever sent the token: good for finding a key, and for
/// nothing else. `jwk`, `jku`, `x5u` and `x5c` are not read: a token never chooses its own key.
public struct JWSHeader: Sendable {
  /// `alg`.
  public let algorithm: SignatureAlgorithm
  /// `kid`: an opaque name of at most 256 bytes; nil when it is absent.
  public let keyID: String?
  /// `typ`, as written; nil when it is absent.
  public let type: String?
  /// `cty`, as written; nil when it is absent.
  public let contentType: String?
  /// `b64`: whether the payload is signed in base64url, as usual, or as it is (RFC 7797).
  public let isPayloadEncoded: Bool

  /// The whole header, for profiles of this package.
  package let json: ParsedJSON

  /// Reads a header.
  /// - Parameter bytes: the JSON text, decoded from base64url.
  /// - Throws: ``JOSEError`` with code `unsupported_algorithm` for an `alg` that is unknown (`none` is),
  ///   `malformed_header` for a parameter of the wrong type, `critical_header` for a `crit` that is malformed
  ///   or not understood; or for text that is not strict JSON.
  init(parsing bytes: [UInt8]) throws(JOSEError) {
    let json = try ParsedJSON(parsing: bytes)
    guard json.kind == .object else { throw JOSEError(.malformedHeader, "the header is not an object") }
    let places = json.places(of: Parameter.names)
    guard let name = places[Parameter.alg] else { throw JOSEError(.malformedHeader, "alg is missing") }
    guard json.hasString(at: name) else { throw JOSEError(.malformedHeader, "alg is not a string") }
    guard let algorithm = SignatureAlgorithm(named: json.value(at: name)) else {
      throw JOSEError(.unsupportedAlgorithm, "alg names no signature algorithm that is supported")
    }
    let keyID = try Self.string("kid", at: places[Parameter.kid], in: json)
    guard keyID.map({ $0.utf8.count <= JWK.maximumKeyIDBytes }) ?? true else {
      throw JOSEError(.malformedHeader, "kid has more than \(JWK.maximumKeyIDBytes) bytes")
    }
    let type = try Self.string("typ", at: places[Parameter.typ], in: json)
    let contentType = try Self.string("cty", at: places[Parameter.cty], in: json)
    var isPayloadEncoded = true
    if places[Parameter.crit] != nil || places[Parameter.b64] != nil {
      isPayloadEncoded = try Self.isPayloadEncoded(in: json, CriticalParameters(in: json))
    }
    self.algorithm = algorithm
    self.keyID = keyID
    self.type = type
    self.contentType = contentType
    self.isPayloadEncoded = isPayloadEncoded
    self.json = json
  }

  private enum Parameter: Int {
    case alg, kid, typ, cty, crit, b64

    static let names: ShortNames<6> = ShortNames(["alg", "kid", "typ", "cty", "crit", "b64"])
  }

  private static func string(
    _ name: String, at place: Int?, in json: ParsedJSON
  ) throws(JOSEError) -> String? {
    guard let place else { return nil }
    guard let string = json.string(at: place) else {
      throw JOSEError(.malformedHeader, "\(name) is not a string")
    }
    return string
  }

  static func string(_ name: String, in json: ParsedJSON) throws(JOSEError) -> String? {
    guard let value = json[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.malformedHeader, "\(name) is not a string") }
    return string
  }

  /// RFC 7797 §3, §6.
  static func isPayloadEncoded(
    in json: ParsedJSON, _ critical: CriticalParameters
  ) throws(JOSEError) -> Bool {
    guard let value = json["b64"] else { return true }
    guard let isEncoded = value.bool else { throw JOSEError(.malformedHeader, "b64 is not a boolean") }
    guard critical.hasPayloadEncoding else { throw JOSEError(.criticalHeader, "b64 is not listed in crit") }
    return isEncoded
  }
}

/// The `crit` parameter (RFC 7515 §4.1.11): names that a reader must understand, or refuse the token.
struct CriticalParameters {
  /// Whether `b64` is listed, the only extension that is understood.
  let hasPayloadEncoding: Bool

  init(in json: ParsedJSON) throws(JOSEError) {
    guard let value = json["crit"] else {
      hasPayloadEncoding = false
      return
    }
    guard let elements = value.elements, !elements.isEmpty else {
      throw JOSEError(.criticalHeader, "crit is not an array of at least one name")
    }
    guard elements.count == 1 else {
      throw JOSEError(.criticalHeader, "crit lists a name twice, or one that is not understood")
    }
    // Every registered parameter is refused here too: RFC 7515 forbids listing those.
    guard elements.allSatisfy({ $0.isString("b64") }) else {
      throw JOSEError(.criticalHeader, "crit lists something that is not understood")
    }
    guard json["b64"] != nil else {
      throw JOSEError(.criticalHeader, "crit lists b64, which the header does not have")
    }
    hasPayloadEncoding = true
  }
}

extension JWSHeader: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the key ID; nothing else that the sender wrote.
  public var description: String { "JWSHeader(\(algorithm.rawValue)\(keyID.map { " kid=\($0)" } ?? ""))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}
