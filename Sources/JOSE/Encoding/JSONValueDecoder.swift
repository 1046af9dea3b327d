extension ParsedJSON {
  /// Decodes a `Decodable` value without reading the bytes again.
  /// - Throws: ``JOSEError`` with code `unexpected_json`, naming the path but for what the
  ///   input may have chosen in it (as a dictionary's keys), when the value has another shape; or what the
  ///   type's own `init(from:)` throws, if that is a ``JOSEError``.
  public func decode<T: Decodable>(_ type: T.Type) throws(JOSEError) -> T {
    try JSONValueDecoder.decode(type, from: self)
  }
}

/// Decodes `Decodable` values from parsed JSON.
///
/// Stricter than Foundation's decoder where they differ: no value converts to another type, and a number
/// is an integer only when it is one exactly.
struct JSONValueDecoder: Decoder {
  let json: ParsedJSON
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  static func decode<T: Decodable>(_ type: T.Type, from json: ParsedJSON) throws(JOSEError) -> T {
    do {
      return try JSONValueDecoder(json: json, codingPath: []).unbox(type)
    } catch let error as JOSEError {
      throw error
    } catch let error as DecodingError {
      throw JOSEError(.unexpectedJSON, error.summary)
    } catch {
      throw JOSEError(.unexpectedJSON, "\(type) refused the value")
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard json.kind == .object else { throw mismatch("an object") }
    return KeyedDecodingContainer(KeyedContainer(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = json.elements else { throw mismatch("an array") }
    return UnkeyedContainer(decoder: self, elements: elements)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleContainer(decoder: self)
  }

  private func mismatch(_ expected: String) -> DecodingError {
    let context = DecodingError.Context(
      at: codingPath, saying: "\(expected) is expected, not \(json.kind.rawValue)")
    return DecodingError.typeMismatch(ParsedJSON.self, context)
  }

  fileprivate func descend(to json: ParsedJSON, _ key: any CodingKey) -> JSONValueDecoder {
    JSONValueDecoder(json: json, codingPath: codingPath + [key])
  }

  /// Decodes a value of a type that JSON itself has, or asks the type.
  fileprivate func unbox<T: Decodable>(_ type: T.Type) throws -> T {
    guard let primitive = type as? any JSONPrimitive.Type else { return try T(from: self) }
    guard let value = primitive.value(of: json) as? T else { throw mismatch("\(type)") }
    return value
  }
}

private struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: JSONValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    (decoder.json.members ?? []).compactMap { Key(stringValue: $0.name) }
  }

  func contains(_ key: Key) -> Bool {
    decoder.json[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try value(key).json.kind == .null
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try value(key).unbox(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try value(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try value(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    try member("super", JSONPathKey(stringValue: "super"))
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    try value(key)
  }

  private func value(_ key: Key) throws -> JSONValueDecoder {
    try member(key.stringValue, key)
  }

  private func member(_ name: String, _ key: any CodingKey) throws -> JSONValueDecoder {
    guard let json = decoder.json[name] else {
      let context = DecodingError.Context(at: codingPath, saying: "the member is missing")
      throw DecodingError.keyNotFound(key, context)
    }
    return decoder.descend(to: json, key)
  }
}

private struct UnkeyedContainer: UnkeyedDecodingContainer {
  let decoder: JSONValueDecoder
  let elements: [ParsedJSON]
  var currentIndex = 0

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  mutating func decodeNil() throws -> Bool {
    guard try peek(Never?.self).json.kind == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let value = try peek(type).unbox(type)
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let container = try peek(ParsedJSON.self).container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try peek(ParsedJSON.self).unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = try peek(ParsedJSON.self)
    currentIndex += 1
    return decoder
  }

  private func peek(_ type: Any.Type) throws -> JSONValueDecoder {
    guard !isAtEnd else {
      let context = DecodingError.Context(at: codingPath, saying: "the array ends early")
      throw DecodingError.valueNotFound(type, context)
    }
    return decoder.descend(to: elements[currentIndex], JSONPathKey(intValue: currentIndex))
  }
}

private struct SingleContainer: SingleValueDecodingContainer {
  let decoder: JSONValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool {
    decoder.json.kind == .null
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try decoder.unbox(type)
  }
}

/// A key that is made up on the way: an array's index, or `super`.
struct JSONPathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    self.intValue = nil
  }

  init(intValue: Int) {
    self.stringValue = String(intValue)
    self.intValue = intValue
  }
}

/// A type that JSON itself has.
private protocol JSONPrimitive {
  static func value(of json: ParsedJSON) -> Self?
}

extension JSONPrimitive where Self: FixedWidthInteger {
  static func value(of json: ParsedJSON) -> Self? { json.integer(as: Self.self) }
}

extension Int: JSONPrimitive {}
extension Int8: JSONPrimitive {}
extension Int16: JSONPrimitive {}
extension Int32: JSONPrimitive {}
extension Int64: JSONPrimitive {}
extension UInt: JSONPrimitive {}
extension UInt8: JSONPrimitive {}
extension UInt16: JSONPrimitive {}
extension UInt32: JSONPrimitive {}
extension UInt64: JSONPrimitive {}

extension Bool: JSONPrimitive {
  static func value(of json: ParsedJSON) -> Bool? { json.bool }
}

extension String: JSONPrimitive {
  static func value(of json: ParsedJSON) -> String? { json.string }
}

extension Double: JSONPrimitive {
  static func value(of json: ParsedJSON) -> Double? { json.double }
}

extension Float: JSONPrimitive {
  static func value(of json: ParsedJSON) -> Float? {
    json.double.flatMap { Float($0).isFinite ? Float($0) : nil }
  }
}

extension DecodingError.Context {
  /// What this decoder says itself, which holds nothing of the input.
  fileprivate init(at codingPath: [any CodingKey], saying text: String) {
    self.init(
      codingPath: codingPath, debugDescription: text, underlyingError: JOSEError(.unexpectedJSON, text))
  }

  /// The text of this decoder, or a fixed one: what types say themselves may quote the value.
  fileprivate var summary: String {
    (underlyingError as? JOSEError)?.detail ?? "the type refused the value"
  }
}

extension DecodingError {
  /// The path and what is wrong there, without the value.
  fileprivate var summary: String {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(Self.path(context.codingPath)): \(context.summary)"
    case .keyNotFound(let key, let context):
      "\(Self.path(context.codingPath + [key])): \(context.summary)"
    @unknown default:
      "the value has another shape"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the value" : keys.map(name).joined(separator: ".")
  }

  /// A key's name, if the program chose it: the case of an enumeration, or an index. What else a key may be,
  /// as a dictionary's, the input may have chosen.
  private static func name(_ key: any CodingKey) -> String {
    guard !(key is JSONPathKey) else { return key.stringValue }
    let mirror = Mirror(reflecting: key)
    return mirror.displayStyle == .enum && mirror.children.isEmpty ? key.stringValue : "*"
  }
}
