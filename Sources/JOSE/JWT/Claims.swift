/// The claims of a JWT (RFC 7519 §4): a JSON object whose registered claims have the right types.
///
/// Claims come out of a ``Verified`` value, and from nowhere else. An accessor answers nil for a claim that
/// is absent; a claim of the wrong type, `null` included, is an error, never an absence.
public struct Claims: Sendable, CustomStringConvertible {
  /// `exp`, rounded down to milliseconds: the token is good until just before it.
  public let expiresAt: Timestamp?
  /// `nbf`, rounded up to milliseconds: the token is good from it on.
  public let notBefore: Timestamp?
  /// `iat`, rounded down to milliseconds.
  public let issuedAt: Timestamp?
  /// `aud`; empty when it is absent.
  public let audience: [String]

  /// The whole object.
  public let json: ParsedJSON

  /// Reads claims.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a registered claim of the wrong type or a time
  ///   out of range; or for text that is not a strict JSON object.
  init(parsing bytes: [UInt8], limits: JSONLimits) throws(JOSEError) {
    json = try ParsedJSON(parsing: bytes, limits: limits)
    guard json.kind == .object else { throw JOSEError(.malformedClaim, "the claims are not an object") }
    for name in ["iss", "sub", "jti"] {
      guard let value = json[name] else { continue }
      guard value.kind == .string else { throw JOSEError(.malformedClaim, "\(name) is not a string") }
    }
    audience = try Self.audience(in: json)
    expiresAt = try Self.numericDate("exp", in: json, rounding: .down)
    notBefore = try Self.numericDate("nbf", in: json, rounding: .up)
    issuedAt = try Self.numericDate("iat", in: json, rounding: .down)
  }

  /// `iss`.
  public var issuer: String? { json["iss"]?.string }
  /// `sub`.
  public var subject: String? { json["sub"]?.string }
  /// `jti`.
  public var tokenID: String? { json["jti"]?.string }

  /// The claim `name`, of whatever type; nil when it is absent.
  public subscript(name: String) -> ParsedJSON? { json[name] }

  /// Decodes all claims without reading the bytes again.
  /// - Throws: ``JOSEError`` with code `unexpected_json`, naming the path.
  public func decode<T: Decodable>(_ type: T.Type) throws(JOSEError) -> T {
    try json.decode(type)
  }

  /// The size, never the content.
  public var description: String { "Claims(\(json.source.count) bytes)" }
}

// MARK: - Typed access

extension Claims {
  /// The string `name`; nil when it is absent.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a value of another type.
  public func string(_ name: String) throws(JOSEError) -> String? {
    guard let value = json[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.malformedClaim, "\(name) is not a string") }
    return string
  }

  /// The array of strings `name`; nil when it is absent.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a value of another type.
  public func strings(_ name: String) throws(JOSEError) -> [String]? {
    guard let value = json[name] else { return nil }
    return try Self.strings(value, name)
  }

  /// The integer `name`; nil when it is absent.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a value of another type, or beyond 64 signed
  ///   bits.
  public func integer(_ name: String) throws(JOSEError) -> Int64? {
    guard let value = json[name] else { return nil }
    guard let integer = value.integer else { throw JOSEError(.malformedClaim, "\(name) is not an integer") }
    return integer
  }

  /// The boolean `name`; nil when it is absent.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a value of another type.
  public func bool(_ name: String) throws(JOSEError) -> Bool? {
    guard let value = json[name] else { return nil }
    guard let bool = value.bool else { throw JOSEError(.malformedClaim, "\(name) is not a boolean") }
    return bool
  }

  /// The NumericDate `name` (RFC 7519 §2), rounded down to milliseconds; nil when it is absent.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a value of another type, or outside the years
  ///   1970 to 9999.
  public func timestamp(_ name: String) throws(JOSEError) -> Timestamp? {
    try Self.numericDate(name, in: json, rounding: .down)
  }

  /// RFC 7519 §4.1.3: one string, or an array of them.
  private static func audience(in json: ParsedJSON) throws(JOSEError) -> [String] {
    guard let value = json["aud"] else { return [] }
    if let single = value.string { return [single] }
    return try strings(value, "aud")
  }

  private static func strings(_ value: ParsedJSON, _ name: String) throws(JOSEError) -> [String] {
    guard let elements = value.elements else {
      throw JOSEError(.malformedClaim, "\(name) is not an array of strings")
    }
    var strings: [String] = []
    strings.reserveCapacity(elements.count)
    for element in elements {
      guard let string = element.string else {
        throw JOSEError(.malformedClaim, "\(name) is not an array of strings")
      }
      strings.append(string)
    }
    return strings
  }

  private static func numericDate(
    _ name: String, in json: ParsedJSON, rounding rule: FloatingPointRoundingRule
  ) throws(JOSEError) -> Timestamp? {
    guard let value = json[name] else { return nil }
    guard let seconds = value.double else { throw JOSEError(.malformedClaim, "\(name) is not a number") }
    guard let instant = Timestamp(numericDate: seconds, rounding: rule) else {
      throw JOSEError(.malformedClaim, "\(name) is outside the years 1970 to 9999")
    }
    return instant
  }
}
