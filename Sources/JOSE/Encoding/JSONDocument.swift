/// A parsed text: its bytes and the places of its values. Values share them.
struct JSONDocument: Sendable {
  let bytes: [UInt8]
  let nodes: [JSONNode]

  /// The bytes from `start` to `end`, which are ASCII or whole UTF-8 sequences, as text.
  func text(from start: UInt32, to end: UInt32) -> String {
    String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
  }

  func double(_ node: JSONNode) -> Double {
    if node.isInteger, let integer = shortInteger(node) { return Double(integer) }
    // The grammar of JSON numbers is a part of the one that this initialiser takes.
    return Double(text(from: node.start, to: node.end)) ?? .nan
  }

  /// The value of an integer of at most 18 characters, which always fits; nil for a longer one.
  func shortInteger(_ node: JSONNode) -> Int64? {
    guard node.end - node.start <= 18 else { return nil }
    let bytes = bytes.span
    let isNegative = bytes[Int(node.start)] == UInt8(ascii: "-")
    var magnitude: Int64 = 0
    for index in Int(node.start) + (isNegative ? 1 : 0)..<Int(node.end) {
      magnitude = magnitude * 10 + Int64(bytes[index] & 0x0F)
    }
    return isNegative ? -magnitude : magnitude
  }

  /// The index of the value of the member `name` of the node at `index`; nil when that is no object, or has
  /// no such member.
  func member(_ name: String, of index: Int) -> Int? {
    let nodes = nodes.span
    let object = nodes[index]
    guard object.kind == .object else { return nil }
    let name = name.utf8.span
    var child = index + 1
    while child < Int(object.next) {
      if isString(nodes[child], name) { return child + 1 }
      child = Int(nodes[child + 1].next)
    }
    return nil
  }

  /// Where the members of those names stand in the node at `index`: nowhere, if it is no object.
  func places<let count: Int>(of names: ShortNames<count>, in index: Int) -> MemberPlaces<count> {
    var places = MemberPlaces<count>()
    let nodes = nodes.span
    let bytes = bytes.span
    let object = nodes[index]
    guard object.kind == .object else { return places }
    var child = index + 1
    while child < Int(object.next) {
      let node = nodes[child]
      let place =
        node.isEscaped
        ? names.place(of: JSONText.unescaped(bytes, node).span)
        : names.place(of: bytes.extracting(Int(node.start) + 1..<Int(node.end) - 1))
      if let place { places[place] = child + 1 }
      child = Int(nodes[child + 1].next)
    }
    return places
  }

  /// Whether the string `node` has the value `text`, byte for byte.
  func isString(_ node: JSONNode, _ text: Span<UInt8>) -> Bool {
    guard !node.isEscaped else { return JSONText.unescaped(bytes.span, node).span.elementsEqual(text) }
    // Nearly every other name has another length.
    guard Int(node.end - node.start) == text.count + 2 else { return false }
    return bytes.span.extracting(Int(node.start) + 1..<Int(node.end) - 1).elementsEqual(text)
  }

  /// The value of the string `node`.
  func string(_ node: JSONNode) -> String {
    guard node.isEscaped else { return text(from: node.start + 1, to: node.end - 1) }
    return String(decoding: JSONText.unescaped(bytes.span, node), as: UTF8.self)
  }
}
