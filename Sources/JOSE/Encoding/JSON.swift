/// A JSON value to be written (RFC 8259). Objects keep the order of their members.
///
/// What is read is a ``ParsedJSON``, which keeps its source; the two meet in ``ParsedJSON/json()``.
public enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number that is not finite has no spelling in JSON and is written as `null`.
  case number(Double)
  case string(String)
  case array([JSON])
  /// Names are unique; a name given twice is written twice, and refused by every strict reader.
  case object([JSONMember])

  /// An array of strings.
  public static func strings(_ strings: [String]) -> JSON {
    .array(strings.map { .string($0) })
  }

  /// A NumericDate: whole seconds since the epoch, rounded down (RFC 7519 §2).
  public static func timestamp(_ instant: Timestamp) -> JSON {
    .integer(instant.seconds)
  }

  /// An object of those members whose value is not nil, in the order given.
  public static func object(omittingNil members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
  }

  /// The value of the member `name`; nil when this is no object or has no such member.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The value as UTF-8, without white space.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    // A token's claims and a header fit, so that they are not moved while they grow.
    bytes.reserveCapacity(320)
    write(to: &bytes)
    return bytes
  }

  /// The value as text, without white space.
  public func encodedString() -> String {
    String(decoding: encoded(), as: UTF8.self)
  }

  /// The JSON form of an `Encodable` value.
  ///
  /// Dates, URLs and byte arrays are written as their own `encode(to:)` has it. In a token's claims use
  /// ``Timestamp``, which encodes as NumericDate.
  /// - Throws: ``JOSEError`` with code `unexpected_json` when the value refuses to encode itself, holds
  ///   a number that is not finite, or an integer beyond 64 signed bits.
  public init(encoding value: some Encodable) throws(JOSEError) {
    self = try JSONValueEncoder.encode(value)
  }
}

/// One member of a JSON object.
public struct JSONMember: Sendable, Hashable {
  /// The member's name, unescaped.
  public let name: String
  /// The member's value.
  public let value: JSON

  /// A member of an object.
  public init(name: String, value: JSON) {
    self.name = name
    self.value = value
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral value: String) {
    self = .string(value)
  }

  public init(integerLiteral value: Int64) {
    self = .integer(value)
  }

  public init(floatLiteral value: Double) {
    self = .number(value)
  }
}

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByNilLiteral {
  public init(booleanLiteral value: Bool) {
    self = .bool(value)
  }

  public init(nilLiteral: ()) {
    self = .null
  }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  public init(arrayLiteral elements: JSON...) {
    self = .array(elements)
  }

  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { JSONMember(name: $0.0, value: $0.1) })
  }
}
