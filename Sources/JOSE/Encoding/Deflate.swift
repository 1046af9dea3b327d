/// DEFLATE, compressed (RFC 1951), as `zip: DEF` of a JWE has it: one block of the fixed code, whose
/// repetitions are found by the last place where the same three bytes stood. Claims and keys lose about half
/// their size.
struct Deflate {
  private var output: [UInt8] = []
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  /// The compressed form of `bytes`.
  static func bytes(from bytes: [UInt8]) -> [UInt8] {
    var deflate = Deflate()
    deflate.compress(bytes)
    return deflate.output
  }

  private mutating func compress(_ input: [UInt8]) {
    put(1, count: 1)  // The last block,
    put(1, count: 2)  // of the fixed code.
    var places = [Int](repeating: -1, count: 1 << 12)
    var position = 0
    while position < input.count {
      let slot = Self.slot(of: input, position)
      let place = slot.map { places[$0] } ?? -1
      if let slot { places[slot] = position }
      let length = place < 0 ? 0 : Self.matchLength(input, place, position)
      guard length >= 3 else {
        literal(Int(input[position]))
        position += 1
        continue
      }
      repetition(length: length, distance: position - place)
      for passed in position + 1..<position + length {
        if let slot = Self.slot(of: input, passed) { places[slot] = passed }
      }
      position += length
    }
    literal(256)
    if bitCount > 0 { put(0, count: 8 - bitCount) }
  }

  /// Where the three bytes at `position` are remembered; nil near the end.
  private static func slot(of input: [UInt8], _ position: Int) -> Int? {
    guard position + 2 < input.count else { return nil }
    let value = UInt32(input[position]) << 16 | UInt32(input[position + 1]) << 8 | UInt32(input[position + 2])
    return Int((value &* 0x9E37_79B1) >> 20)
  }

  /// How many bytes, at most 258, are the same at both places; 0 when they are too far apart.
  private static func matchLength(_ input: [UInt8], _ earlier: Int, _ later: Int) -> Int {
    guard later - earlier <= 32_768 else { return 0 }
    var length = 0
    while length < 258, later + length < input.count, input[earlier + length] == input[later + length] {
      length += 1
    }
    return length
  }

  /// A symbol of the fixed code (RFC 1951 §3.2.6).
  private mutating func literal(_ symbol: Int) {
    switch symbol {
    case ..<144: code(0x30 + symbol, count: 8)
    case ..<256: code(0x190 + symbol - 144, count: 9)
    case ..<280: code(symbol - 256, count: 7)
    default: code(0xC0 + symbol - 280, count: 8)
    }
  }

  private mutating func repetition(length: Int, distance: Int) {
    let lengthSymbol = DeflateTable.lengths.lastIndex { $0.base <= length } ?? 0
    literal(257 + lengthSymbol)
    let lengthEntry = DeflateTable.lengths[lengthSymbol]
    put(UInt64(length - lengthEntry.base), count: UInt64(lengthEntry.bits))
    let distanceSymbol = DeflateTable.distances.lastIndex { $0.base <= distance } ?? 0
    code(distanceSymbol, count: 5)
    let distanceEntry = DeflateTable.distances[distanceSymbol]
    put(UInt64(distance - distanceEntry.base), count: UInt64(distanceEntry.bits))
  }

  /// Appends a code, its highest bit first.
  private mutating func code(_ code: Int, count: Int) {
    for bit in (0..<count).reversed() { put(UInt64(code >> bit & 1), count: 1) }
  }

  /// Appends the `count` lowest bits of `value`, the lowest first.
  private mutating func put(_ value: UInt64, count: UInt64) {
    bits |= value << bitCount
    bitCount += count
    while bitCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }
}
