/// The claims of a JWT (RFC 7519 §4): a JSON object whose registered claims have the right types.
///
/// Claims come out of a ``Verified`` value, and from nowhere else. An accessor answers nil for a claim that
/// is absent; a claim of the wrong type, `null` included, is an error, never an absence.
public struct Claims: Sendable, CustomStringConvertible, CustomReflectable {
  /// `exp`, rounded down to milliseconds: the token is good until just before it.
  public let expiresAt: Timestamp?
  /// `nbf`, rounded up to milliseconds: the token is good from it on.
  public let notBefore: Timestamp?
  /// `iat`, rounded down to milliseconds.
  public let issuedAt: Timestamp?
  /// The whole object.
  public let json: ParsedJSON

  /// Where the registered claims stand in it.
  private let places: MemberPlaces<7>

  private enum Registered: Int {
    case iss, sub, aud, exp, nbf, iat, jti

    static let names: ShortNames<7> = ShortNames(["iss", "sub", "aud", "exp", "nbf", "iat", "jti"])
  }

  /// Reads claims.
  /// - Throws: ``JOSEError`` with code `malformed_claim` for a registered claim of the wrong type or a time
  ///   out of range; or for text that is not a strict JSON object.
  init(parsing bytes: [UInt8], limits: JSONLimits) throws(JOSEError) {
    let json = try ParsedJSON(parsing: bytes, limits: limits)
    guard json.kind == .object else { throw JOSEError(.malformedClaim, "the claims are not an object") }
    let places = json.places(of: Registered.names)
    for claim in [Registered.iss, .sub, .jti] {
      guard let place = places[claim], !json.hasString(at: place) else { continue }
      throw JOSEError(.malformedClaim, "\(claim) is not a string")
    }
    if let place = places[Registered.aud], !json.hasString(at: place) {
      _ = try Self.strings(json.value(at: place), "aud")
    }
    let expiresAt = try Self.numericDate(.exp, places, in: json, rounding: .down)
    let notBefore = try Self.numericDate(.nbf, places, in: json, rounding: .up)
    let issuedAt = try Self.numericDate(.iat, places, in: json, rounding: .down)
    self.json = json
    self.places = places
    self.expiresAt = expiresAt
    self.notBefore = notBefore
    self.issuedAt = issuedAt
  }

  /// `iss`.
  public var issuer: String? { json["iss"]?.string }
  /// `sub`.
  public var subject: String? { json["sub"]?.string }
  /// `aud`, one string or an array of them (RFC 7519 §4.1.3); empty when it is absent.
  public var audience: [String] {
    guard let audience = json["aud"] else { return [] }
    return audience.string.map { [$0] } ?? audience.elements?.compactMap(\.string) ?? []
  }
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

  public var customMirror: Mirror { Mirror(self, children: []) }
}

// MARK: - What a policy asks, without a string for each answer

extension Claims {
  /// Whether there is an `iss`, and an `aud`.
  var hasIssuer: Bool { places[Registered.iss] != nil }
  var hasAudience: Bool { places[Registered.aud] != nil }

  /// Whether `iss` has those bytes in UTF-8.
  func isIssued(by issuer: Span<UInt8>) -> Bool {
    guard let place = places[Registered.iss] else { return false }
    return json.isString(issuer, at: place)
  }

  /// Whether `aud` has those bytes in UTF-8, or holds a string that has.
  func isFor(_ audience: Span<UInt8>) -> Bool {
    guard let place = places[Registered.aud] else { return false }
    guard !json.hasString(at: place) else { return json.isString(audience, at: place) }
    for element in json.value(at: place).elements ?? [] where element.isString(audience) { return true }
    return false
  }
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
    guard let value = json[name] else { return nil }
    return try Self.numericDate(name, value, rounding: .down)
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
    _ claim: Registered, _ places: MemberPlaces<7>, in json: ParsedJSON,
    rounding rule: FloatingPointRoundingRule
  ) throws(JOSEError) -> Timestamp? {
    guard let place = places[claim] else { return nil }
    // Nearly every one is written as a short integer.
    if let instant = json.shortInteger(at: place).flatMap({ Timestamp(numericDate: $0) }) { return instant }
    return try numericDate("\(claim)", json.value(at: place), rounding: rule)
  }

  private static func numericDate(
    _ name: String, _ value: ParsedJSON, rounding rule: FloatingPointRoundingRule
  ) throws(JOSEError) -> Timestamp {
    guard let seconds = value.double else { throw JOSEError(.malformedClaim, "\(name) is not a number") }
    guard let instant = Timestamp(numericDate: seconds, rounding: rule) else {
      throw JOSEError(.malformedClaim, "\(name) is outside the years 1970 to 9999")
    }
    return instant
  }
}
