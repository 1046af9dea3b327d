/// One value of a parsed text: where it lies, and where the next one starts.
///
/// A text becomes one flat array of nodes in source order. A container's node is followed by its
/// elements; an object's members are a string node each and then the value's. Skipping a subtree is one
/// step, and nothing is allocated a value.
struct JSONNode {
  enum Kind: UInt8 {
    case object, array, string, number, true_, false_, null
  }

  let kind: Kind
  /// The string holds a backslash: its value differs from its source.
  var isEscaped = false
  /// The number is written without fraction and exponent.
  var isInteger = false
  /// The offset of the value's first byte (a string's opening quote).
  let start: UInt32
  /// The offset after the value's last byte.
  var end: UInt32 = 0
  /// The index of the node after this subtree. While the container is open: its parent's index.
  var next: UInt32 = 0
  /// How many elements or members a container holds.
  var count: UInt32 = 0
}

/// A strict parser of one JSON text (RFC 8259), over bytes and without recursion.
///
/// Beyond the grammar it refuses: a member name given twice in one object (compared after unescaping),
/// nesting beyond the limit, text that is not UTF-8, escaped lone surrogates, and numbers beyond a
/// finite `Double`. Tokens rely on all readers reading the same thing; every one of these makes them differ.
struct JSONParser {
  private let maximumDepth: Int
  private var position = 0
  private var depth = 0
  /// The innermost container that is open.
  private var open: Int?
  /// Whether that is an object.
  private var isInObject = false
  /// How many elements or members it has so far.
  private var count: UInt32 = 0
  /// There was no more room for nodes.
  private var isFull = false

  private init(maximumDepth: Int) {
    self.maximumDepth = maximumDepth
  }

  /// The nodes of a text.
  static func parse(_ bytes: Span<UInt8>, limits: JSONLimits) throws(JOSEError) -> [JSONNode] {
    guard bytes.count <= limits.maximumBytes else {
      throw JOSEError(.tooLarge, "JSON of \(bytes.count) bytes; the limit is \(limits.maximumBytes)")
    }
    // A member of a token has 2 nodes and rarely fewer than 16 bytes. No node has less than a byte to itself.
    if let nodes = try parse(bytes, limits, room: bytes.count / 8 + 4) { return nodes }
    if let nodes = try parse(bytes, limits, room: bytes.count) { return nodes }
    throw JOSEError(.malformedJSON, "more values than bytes")
  }

  /// The nodes of a text; nil when there are more than `room`.
  private static func parse(
    _ bytes: Span<UInt8>, _ limits: JSONLimits, room: Int
  ) throws(JOSEError) -> [JSONNode]? {
    var parser = JSONParser(maximumDepth: limits.maximumDepth)
    var nodes: [JSONNode] = []
    do throws(JOSEError) {
      try nodes.append(addingCapacity: room) { nodes throws(JOSEError) in
        try parser.parse(bytes, into: &nodes)
      }
      return nodes
    } catch {
      guard parser.isFull else { throw error }
      return nil
    }
  }

  private mutating func parse(
    _ bytes: Span<UInt8>, into nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    try value(bytes, nextByte(bytes), &nodes)
    while let container = open { try step(bytes, in: container, &nodes) }
    skipWhiteSpace(bytes)
    guard position == bytes.count else { throw failure("something follows the value") }
  }

  /// Reads one element or member of the innermost open container, or its end.
  private mutating func step(
    _ bytes: Span<UInt8>, in container: Int, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    var byte = try nextByte(bytes)
    if byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      return try close(container, bytes, &nodes)
    }
    if count > 0 {
      guard byte == UInt8(ascii: ",") else { throw failure("a comma or a closing bracket is missing") }
      position += 1
      byte = try nextByte(bytes)
    }
    count += 1
    if isInObject {
      guard byte == UInt8(ascii: "\"") else { throw failure("a member name is missing") }
      try string(bytes, &nodes)
      guard try nextByte(bytes) == UInt8(ascii: ":") else { throw failure("a colon is missing") }
      position += 1
      byte = try nextByte(bytes)
    }
    try value(bytes, byte, &nodes)
  }

  private mutating func value(
    _ bytes: Span<UInt8>, _ byte: UInt8, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    switch byte {
    case UInt8(ascii: "\""):
      try string(bytes, &nodes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(bytes, &nodes)
    case UInt8(ascii: "{"):
      try openContainer(.object, &nodes)
    case UInt8(ascii: "["):
      try openContainer(.array, &nodes)
    case UInt8(ascii: "t"):
      try word("true", .true_, bytes, &nodes)
    case UInt8(ascii: "f"):
      try word("false", .false_, bytes, &nodes)
    case UInt8(ascii: "n"):
      try word("null", .null, bytes, &nodes)
    default:
      throw failure("no value starts so")
    }
  }

  private mutating func openContainer(
    _ kind: JSONNode.Kind, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    guard depth < maximumDepth else {
      throw JOSEError(.tooLarge, "JSON nested deeper than \(maximumDepth) at byte \(position)")
    }
    depth += 1
    let parent = open
    if let parent { nodes[parent].count = count }
    open = nodes.count
    isInObject = kind == .object
    count = 0
    try append(JSONNode(kind: kind, start: UInt32(position)), end: position + 1, to: &nodes)
    nodes[nodes.count - 1].next = parent.map { UInt32($0) } ?? .max
  }

  private mutating func close(
    _ index: Int, _ bytes: Span<UInt8>, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    let parent = nodes[index].next
    position += 1
    nodes[index].end = UInt32(position)
    nodes[index].next = UInt32(nodes.count)
    nodes[index].count = count
    if nodes[index].kind == .object { try refuseDuplicates(in: index, bytes, nodes.span) }
    depth -= 1
    open = nil
    guard parent != .max else { return }
    open = Int(parent)
    isInObject = nodes[Int(parent)].kind == .object
    count = nodes[Int(parent)].count
  }

  private mutating func word(
    _ word: String, _ kind: JSONNode.Kind, _ bytes: Span<UInt8>, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes.extracting(position..<end).elementsEqual(word) else {
      throw failure("no value starts so")
    }
    try append(JSONNode(kind: kind, start: UInt32(position)), end: end, to: &nodes)
  }

  private mutating func string(
    _ bytes: Span<UInt8>, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    var node = JSONNode(kind: .string, start: UInt32(position))
    let end = try JSONText.endOfString(bytes, from: position + 1, isEscaped: &node.isEscaped)
    try append(node, end: end, to: &nodes)
  }

  private mutating func number(
    _ bytes: Span<UInt8>, _ nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    var node = JSONNode(kind: .number, start: UInt32(position))
    let end = try JSONText.endOfNumber(bytes, from: position, isInteger: &node.isInteger)
    try append(node, end: end, to: &nodes)
  }

  @inline(__always)
  private mutating func append(
    _ node: JSONNode, end: Int, to nodes: inout OutputSpan<JSONNode>
  ) throws(JOSEError) {
    guard nodes.count < nodes.capacity else {
      isFull = true
      throw failure("no more room")
    }
    var node = node
    node.end = UInt32(end)
    node.next = UInt32(nodes.count + 1)
    nodes.append(node)
    position = end
  }

  /// The first byte that is no white space.
  @inline(__always)
  private mutating func nextByte(_ bytes: Span<UInt8>) throws(JOSEError) -> UInt8 {
    skipWhiteSpace(bytes)
    guard position < bytes.count else { throw failure("the text ends early") }
    return bytes[position]
  }

  @inline(__always)
  private mutating func skipWhiteSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count, bytes[position] <= 0x20 {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  @inline(never)
  private func failure(_ what: String) -> JOSEError {
    JOSEError(.malformedJSON, "\(what) at byte \(position)")
  }
}

extension JSONParser {
  /// Up to this many members, comparing every pair is cheaper than hashing; beyond it a hostile object
  /// would make the pairs quadratic.
  private static let pairwiseMaximum = 24

  private func refuseDuplicates(
    in object: Int, _ bytes: Span<UInt8>, _ nodes: Span<JSONNode>
  ) throws(JOSEError) {
    let node = nodes[object]
    var hasEscapes = false
    var name = object + 1
    var marks: UInt64 = 0
    while name < Int(node.next) {
      hasEscapes = hasEscapes || nodes[name].isEscaped
      if !hasEscapes, node.count <= Self.pairwiseMaximum {
        let mark = mark(of: nodes[name], bytes)
        if marks & mark != 0 { try refuseEarlierTwin(of: name, in: object, bytes, nodes) }
        marks |= mark
      }
      name = Int(nodes[name + 1].next)
    }
    guard hasEscapes || node.count > Self.pairwiseMaximum else { return }
    var seen: Set<[UInt8]> = []
    name = object + 1
    while name < Int(node.next) {
      guard seen.insert(JSONText.unescaped(bytes, nodes[name])).inserted else { throw duplicate(nodes[name]) }
      name = Int(nodes[name + 1].next)
    }
  }

  /// One bit of 64 that follows from a name: names whose bits differ are not twins.
  private func mark(of node: JSONNode, _ bytes: Span<UInt8>) -> UInt64 {
    let length = UInt64(node.end - node.start)
    let first = UInt64(bytes[Int(node.start) + 1])
    let middle = UInt64(bytes[Int(node.start) + Int(length) / 2])
    let place = (length &* 7 &+ middle &* 5 &+ first) % 64
    return 1 << place
  }

  private func refuseEarlierTwin(
    of name: Int, in object: Int, _ bytes: Span<UInt8>, _ nodes: Span<JSONNode>
  ) throws(JOSEError) {
    let source = bytes.extracting(Int(nodes[name].start)..<Int(nodes[name].end))
    var earlier = object + 1
    while earlier < name {
      let node = nodes[earlier]
      if Int(node.end - node.start) == source.count,
        bytes.extracting(Int(node.start)..<Int(node.end)).elementsEqual(source)
      {
        throw duplicate(nodes[name])
      }
      earlier = Int(nodes[earlier + 1].next)
    }
  }

  @inline(never)
  private func duplicate(_ name: JSONNode) -> JOSEError {
    JOSEError(.duplicateMember, "a member name is given twice in one object at byte \(name.start)")
  }
}
