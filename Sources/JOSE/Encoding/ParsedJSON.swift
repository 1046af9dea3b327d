/// How large and how deep a JSON text may be.
public struct JSONLimits: Hashable, Sendable {
  /// The most bytes a text may have; at most 2 GiB.
  public let maximumBytes: Int
  /// How deep arrays and objects may nest, 1...128; `[[]]` is 2 deep.
  public let maximumDepth: Int

  /// 16 KiB, 16 deep: enough for every token.
  public static let `default` = JSONLimits()

  /// Limits; values beyond the stated ranges are clamped.
  public init(maximumBytes: Int = 16_384, maximumDepth: Int = 16) {
    self.maximumBytes = min(max(maximumBytes, 0), Int(Int32.max))
    self.maximumDepth = min(max(maximumDepth, 1), 128)
  }
}

/// A value in a JSON text that has been read strictly (RFC 8259, and RFC 7515 §4 for duplicate names).
///
/// The whole text is checked when it is parsed; a value is a place in it, and becomes a Swift value when
/// it is asked for. Accessors answer nil for a value of another type: a caller that has a type in mind
/// must tell that from absence. Member names and strings compare as bytes, not by Unicode equivalence.
public struct ParsedJSON: Sendable, CustomStringConvertible, CustomReflectable {
  /// The type of a value.
  public enum Kind: String, Sendable {
    case object, array, string, number, bool, null
  }

  private let document: JSONDocument
  private let index: Int

  /// Reads a text that holds exactly one value.
  /// - Throws: ``JOSEError`` with code `too_large` beyond `limits`, `duplicate_member` for a name given
  ///   twice in one object, or `malformed_json`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JOSEError) {
    let nodes = try JSONParser.parse(bytes.span, limits: limits)
    self.init(JSONDocument(bytes: bytes, nodes: nodes), at: 0)
  }

  private init(_ document: JSONDocument, at index: Int) {
    self.document = document
    self.index = index
  }

  /// The type of the value.
  public var kind: Kind {
    switch node.kind {
    case .object: .object
    case .array: .array
    case .string: .string
    case .number: .number
    case .true_, .false_: .bool
    case .null: .null
    }
  }

  /// The value of the member `name`; nil when this is no object or has no such member.
  public subscript(name: String) -> ParsedJSON? {
    document.member(name, of: index).map { ParsedJSON(document, at: $0) }
  }

  /// The elements of an array; nil when this is none.
  public var elements: [ParsedJSON]? {
    guard node.kind == .array else { return nil }
    var elements: [ParsedJSON] = []
    elements.reserveCapacity(Int(node.count))
    var child = index + 1
    while child < Int(node.next) {
      elements.append(ParsedJSON(document, at: child))
      child = Int(document.nodes[child].next)
    }
    return elements
  }

  /// The members of an object, in source order; nil when this is none.
  public var members: [(name: String, value: ParsedJSON)]? {
    guard node.kind == .object else { return nil }
    var members: [(name: String, value: ParsedJSON)] = []
    members.reserveCapacity(Int(node.count))
    var child = index + 1
    while child < Int(node.next) {
      members.append((text(child), ParsedJSON(document, at: child + 1)))
      child = Int(document.nodes[child + 1].next)
    }
    return members
  }

  /// The value of a string; nil when this is none.
  public var string: String? {
    node.kind == .string ? text(index) : nil
  }

  /// The value of a number that is an integer of 64 signed bits, however it is written (`1e3` is 1000,
  /// if a `Double` holds it exactly); nil when this is none.
  public var integer: Int64? {
    integer(as: Int64.self)
  }

  /// The value of a number, rounded to the nearest `Double`; nil when this is none.
  public var double: Double? {
    node.kind == .number ? document.double(node) : nil
  }

  /// The value of `true` or `false`; nil when this is neither.
  public var bool: Bool? {
    switch node.kind {
    case .true_: true
    case .false_: false
    default: nil
    }
  }

  /// The bytes that the value was read from, without white space round them; a string's with its quotes.
  public var source: ArraySlice<UInt8> {
    document.bytes[Int(node.start)..<Int(node.end)]
  }

  /// Whether this is the string `text`, byte for byte.
  public func isString(_ text: String) -> Bool {
    isString(text.utf8.span)
  }

  /// The value in the form that can be changed and written.
  ///
  /// An integer beyond 64 signed bits becomes a `Double`.
  public func json() -> JSON {
    switch kind {
    case .object:
      .object((members ?? []).map { JSONMember(name: $0.name, value: $0.value.json()) })
    case .array: .array((elements ?? []).map { $0.json() })
    case .string: .string(string ?? "")
    case .number: node.isInteger ? integer.map { .integer($0) } ?? .number(double ?? 0) : .number(double ?? 0)
    case .bool: .bool(bool ?? false)
    case .null: .null
    }
  }

  /// The type and the size, never the content: a text may be a private key.
  public var description: String {
    "ParsedJSON(\(kind.rawValue), \(node.end - node.start) bytes)"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ParsedJSON {
  /// The value of a number that is an integer of type `T`, however it is written.
  func integer<T: FixedWidthInteger>(as type: T.Type) -> T? {
    guard node.kind == .number else { return nil }
    guard node.isInteger else { return T(exactly: document.double(node)) }
    if let integer = document.shortInteger(node) { return T(exactly: integer) }
    return T(document.text(from: node.start, to: node.end))
  }

  private var node: JSONNode {
    document.nodes[index]
  }

  private func text(_ index: Int) -> String {
    document.string(document.nodes[index])
  }
}

// MARK: - Without a value of its own for each place

/// What a check asks of members by their places: a ``ParsedJSON`` for each would cost counts of references
/// that threads share.
extension ParsedJSON {
  /// Where the members of those names stand; nowhere, if this is no object.
  func places<let count: Int>(of names: ShortNames<count>) -> MemberPlaces<count> {
    document.places(of: names, in: index)
  }

  /// Where the member `name` stands; nil when this is no object, or has no such member.
  func place(of name: String) -> Int? {
    document.member(name, of: index)
  }

  /// Whether the value at a place is `null`.
  func hasNull(at place: Int) -> Bool {
    document.nodes[place].kind == .null
  }

  /// Whether the value at a place is a string that is not empty: there is more than its quotes.
  func hasText(at place: Int) -> Bool {
    hasString(at: place) && document.nodes[place].end - document.nodes[place].start > 2
  }

  /// The value at a place.
  func value(at place: Int) -> ParsedJSON {
    ParsedJSON(document, at: place)
  }

  /// Whether this is the string of those bytes in UTF-8.
  func isString(_ text: Span<UInt8>) -> Bool {
    isString(text, at: index)
  }

  /// Whether the value at a place is a string.
  func hasString(at place: Int) -> Bool {
    document.nodes[place].kind == .string
  }

  /// The string at a place; nil when the value has another type.
  func string(at place: Int) -> String? {
    let node = document.nodes[place]
    return node.kind == .string ? document.string(node) : nil
  }

  /// Whether the value at a place is the string of those bytes in UTF-8.
  func isString(_ text: Span<UInt8>, at place: Int) -> Bool {
    let node = document.nodes[place]
    return node.kind == .string && document.isString(node, text)
  }

  /// The number at a place, if it is an integer of at most 18 characters; nil for all others.
  func shortInteger(at place: Int) -> Int64? {
    let node = document.nodes[place]
    return node.kind == .number && node.isInteger ? document.shortInteger(node) : nil
  }
}
