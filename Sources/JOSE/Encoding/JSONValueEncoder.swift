/// Encodes `Encodable` values to JSON values.
enum JSONValueEncoder {
  static func encode(_ value: some Encodable) throws(JOSEError) -> JSON {
    let slot = JSONSlot()
    do {
      try slot.encode(value, at: [])
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.unexpectedJSON, "\(type(of: value)) refuses to be encoded")
    }
    return slot.json
  }
}

/// The place of a value under construction.
///
/// A class, because Codable hands out nested containers that are filled after the parent was asked.
private final class JSONSlot {
  private enum Content {
    case value(JSON)
    case array([JSONSlot])
    case object([(name: String, slot: JSONSlot)])
  }

  private var content: Content = .value(.null)

  var json: JSON {
    switch content {
    case .value(let value): value
    case .array(let slots): .array(slots.map(\.json))
    case .object(let members): .object(members.map { JSONMember(name: $0.name, value: $0.slot.json) })
    }
  }

  var count: Int {
    guard case .array(let slots) = content else { return 0 }
    return slots.count
  }

  func becomeArray() {
    if case .array = content { return }
    content = .array([])
  }

  func becomeObject() {
    if case .object = content { return }
    content = .object([])
  }

  func appendElement() -> JSONSlot {
    let slot = JSONSlot()
    if case .array(var slots) = content {
      slots.append(slot)
      content = .array(slots)
    }
    return slot
  }

  /// The slot of a member; encoding one name twice replaces the value.
  func member(_ name: String) -> JSONSlot {
    guard case .object(var members) = content else { return JSONSlot() }
    if let existing = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return existing.slot }
    let slot = JSONSlot()
    members.append((name, slot))
    content = .object(members)
    return slot
  }

  func set(_ value: JSON) {
    content = .value(value)
  }

  func encode(_ value: some Encodable, at path: [any CodingKey]) throws {
    guard let primitive = value as? any JSONRepresentable else {
      return try value.encode(to: SlotEncoder(slot: self, codingPath: path))
    }
    guard let json = primitive.json else {
      let place = path.isEmpty ? "the value" : path.map(\.stringValue).joined(separator: ".")
      throw JOSEError(.unexpectedJSON, "\(place): a number that JSON cannot carry")
    }
    set(json)
  }
}

private struct SlotEncoder: Encoder {
  let slot: JSONSlot
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.becomeObject()
    return KeyedEncodingContainer(KeyedContainer(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.becomeArray()
    return UnkeyedContainer(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleContainer(slot: slot, codingPath: codingPath)
  }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: JSONSlot
  let codingPath: [any CodingKey]

  mutating func encodeNil(forKey key: Key) throws {
    slot.member(key.stringValue).set(.null)
  }

  mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try slot.member(key.stringValue).encode(value, at: codingPath + [key])
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    nested(key).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    nested(JSONPathKey(stringValue: "super"))
  }

  mutating func superEncoder(forKey key: Key) -> any Encoder {
    nested(key)
  }

  private func nested(_ key: any CodingKey) -> SlotEncoder {
    SlotEncoder(slot: slot.member(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
  let slot: JSONSlot
  let codingPath: [any CodingKey]
  var count: Int { slot.count }

  mutating func encodeNil() throws {
    slot.appendElement().set(.null)
  }

  mutating func encode<T: Encodable>(_ value: T) throws {
    let key = JSONPathKey(intValue: count)
    try slot.appendElement().encode(value, at: codingPath + [key])
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    nested().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    nested().unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    nested()
  }

  private func nested() -> SlotEncoder {
    let key = JSONPathKey(intValue: count)
    return SlotEncoder(slot: slot.appendElement(), codingPath: codingPath + [key])
  }
}

private struct SingleContainer: SingleValueEncodingContainer {
  let slot: JSONSlot
  let codingPath: [any CodingKey]

  mutating func encodeNil() throws {
    slot.set(.null)
  }

  mutating func encode<T: Encodable>(_ value: T) throws {
    try slot.encode(value, at: codingPath)
  }
}

/// A type that JSON itself has; `json` is nil for a value that JSON cannot carry.
private protocol JSONRepresentable {
  var json: JSON? { get }
}

extension JSONRepresentable where Self: FixedWidthInteger {
  var json: JSON? { Int64(exactly: self).map { .integer($0) } }
}

extension Int: JSONRepresentable {}
extension Int8: JSONRepresentable {}
extension Int16: JSONRepresentable {}
extension Int32: JSONRepresentable {}
extension Int64: JSONRepresentable {}
extension UInt: JSONRepresentable {}
extension UInt8: JSONRepresentable {}
extension UInt16: JSONRepresentable {}
extension UInt32: JSONRepresentable {}
extension UInt64: JSONRepresentable {}

extension Bool: JSONRepresentable {
  var json: JSON? { .bool(self) }
}

extension String: JSONRepresentable {
  var json: JSON? { .string(self) }
}

extension Double: JSONRepresentable {
  var json: JSON? { isFinite ? .number(self) : nil }
}

extension Float: JSONRepresentable {
  var json: JSON? { isFinite ? .number(Double(self)) : nil }
}

extension JSON: JSONRepresentable, Encodable {
  var json: JSON? { self }

  /// Writes the value into any encoder's own form.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members):
      var container = encoder.container(keyedBy: JSONPathKey.self)
      for member in members {
        try container.encode(member.value, forKey: JSONPathKey(stringValue: member.name))
      }
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .string(let value): try SingleValue(encoder).encode(value)
    case .integer(let value): try SingleValue(encoder).encode(value)
    case .number(let value): try SingleValue(encoder).encode(value)
    case .bool(let value): try SingleValue(encoder).encode(value)
    case .null: try SingleValue(encoder).encode(Bool?.none)
    }
  }
}

private struct SingleValue {
  private let encoder: any Encoder

  init(_ encoder: any Encoder) {
    self.encoder = encoder
  }

  func encode(_ value: some Encodable) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
