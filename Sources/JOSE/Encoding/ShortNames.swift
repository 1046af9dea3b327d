/// Member names of 1 to 7 bytes: a reader that knows what it looks for finds all of them in one pass over an
/// object, and compares a name as one number.
struct ShortNames<let count: Int>: Sendable {
  private let words: InlineArray<count, UInt64>

  /// Such names, each of 1 to 7 bytes.
  init(_ names: InlineArray<count, StaticString>) {
    words = InlineArray { Self.word(Array(names[$0].description.utf8).span) }
  }

  /// The place of `name` among these; nil when it is none of them.
  @inline(__always)
  func place(of name: Span<UInt8>) -> Int? {
    guard name.count < 8 else { return nil }
    let word = Self.word(name)
    for place in 0..<count where words[place] == word { return place }
    return nil
  }

  /// A name as a number: its bytes, the first one lowest, and above them how many they are.
  @inline(__always)
  private static func word(_ name: Span<UInt8>) -> UInt64 {
    var word = UInt64(name.count) << 56
    for index in name.indices { word |= UInt64(name[index]) << (8 * UInt64(index)) }
    return word
  }
}

/// Where the members of some names stand in a text, in the order of the names.
struct MemberPlaces<let count: Int>: Sendable {
  /// The indices of the values' nodes; 0, the node of the whole text, for a member that is absent.
  private var indices = InlineArray<count, UInt32>(repeating: 0)

  /// The index of a value's node, by the number of the member's name; nil when the member is absent.
  @inline(__always)
  subscript(name: Int) -> Int? {
    get { indices[name] == 0 ? nil : Int(indices[name]) }
    set { indices[name] = UInt32(newValue ?? 0) }
  }

  /// The same, by a name whose raw value is its number.
  @inline(__always)
  subscript(name: some RawRepresentable<Int>) -> Int? { self[name.rawValue] }
}
