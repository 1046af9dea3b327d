extension JSON {
  /// Appends the value to `bytes` as UTF-8, without white space.
  package func write(to bytes: inout [UInt8]) {
    switch self {
    case .null:
      bytes.append(contentsOf: "null".utf8)
    case .bool(let value):
      bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value):
      JSON.writeInteger(value, to: &bytes)
    case .number(let value):
      // Swift's shortest round-trip spelling is a JSON number whenever the value is finite.
      bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    case .string(let value):
      JSON.writeString(value, to: &bytes)
    case .array(let elements):
      writeArray(elements, to: &bytes)
    case .object(let members):
      writeObject(members, to: &bytes)
    }
  }

  private func writeArray(_ elements: [JSON], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      element.write(to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private func writeObject(_ members: [JSONMember], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    // By their places: a copy of each would count references.
    let members = members.span
    for place in members.indices {
      JSON.writeMember(members[place].name, members[place].value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// Appends a member to an object that is open: a comma too, unless it is the first.
  static func writeMember(_ name: String, _ value: JSON, to bytes: inout [UInt8]) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    writeString(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    value.write(to: &bytes)
  }

  /// Appends a string with its quotes; escapes what RFC 8259 §7 demands and nothing else, so that a
  /// value has one spelling.
  private static func writeString(_ string: String, to bytes: inout [UInt8]) {
    let content = string.utf8.span
    // Nearly every string goes in as it is.
    guard content.isPlainJSONString else { return writeEscaped(string, to: &bytes) }
    bytes.append(addingCapacity: content.count + 2) { text in
      text.append(UInt8(ascii: "\""))
      for place in content.indices { text.append(content[place]) }
      text.append(UInt8(ascii: "\""))
    }
  }

  private static func writeInteger(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = 20
    var rest = value.magnitude
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    for place in first..<20 { bytes.append(digits[place]) }
  }

  private static func writeEscaped(_ string: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A:
        bytes.append(contentsOf: "\\n".utf8)
      case 0x0D:
        bytes.append(contentsOf: "\\r".utf8)
      case 0x09:
        bytes.append(contentsOf: "\\t".utf8)
      case 0x00..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 0x0F))
      default:
        bytes.append(byte)
      }
    }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
