/// DEFLATE, decompressed (RFC 1951), as `zip: DEF` of a JWE has it.
///
/// A few bytes can stand for gigabytes, so what comes out is bounded while it comes out. What a compressor of
/// good will never writes is refused: codes that are over-subscribed or incomplete, distances before the
/// start, bytes after the end.
struct Inflate {
  private let input: [UInt8]
  private let maximumBytes: Int
  private var position = 0
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  private init(_ input: [UInt8], _ maximumBytes: Int) {
    self.input = input
    self.maximumBytes = maximumBytes
  }

  /// What `bytes` stand for.
  /// - Throws: ``JOSEError`` with code `too_large` for more than `maximumBytes`, `malformed_token` for what
  ///   is no DEFLATE.
  static func bytes(from bytes: [UInt8], maximumBytes: Int) throws(JOSEError) -> [UInt8] {
    var inflate = Inflate(bytes, maximumBytes)
    while try !inflate.block() {}
    guard inflate.position == bytes.count else { throw malformed("bytes after its end") }
    return inflate.output
  }

  /// Reads a block; returns whether it was the last.
  private mutating func block() throws(JOSEError) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try stored()
    case 1: try compressed(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
    case 2:
      let (literals, distances) = try codes()
      try compressed(literals, distances)
    default: throw Self.malformed("a block of an unknown type")
    }
    return isLast
  }

  /// A block that is copied (RFC 1951 §3.2.4).
  private mutating func stored() throws(JOSEError) {
    bits = 0
    bitCount = 0
    let count = try take(16)
    guard try take(16) == count ^ 0xFFFF else { throw Self.malformed("a length and its complement differ") }
    guard position + count <= input.count else { throw Self.malformed("an early end") }
    guard output.count + count <= maximumBytes else { throw tooLarge }
    output.append(contentsOf: input[position..<position + count])
    position += count
  }

  /// A block of literals, lengths and distances (RFC 1951 §3.2.3).
  private mutating func compressed(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(JOSEError) {
    while true {
      let symbol = try decode(literals)
      if symbol < 256 {
        guard output.count < maximumBytes else { throw tooLarge }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < DeflateTable.lengths.count else { throw Self.malformed("an unknown length") }
      let (lengthBase, lengthBits) = DeflateTable.lengths[symbol - 257]
      let length = lengthBase + (try take(lengthBits))
      let distanceSymbol = try decode(distances)
      guard distanceSymbol < DeflateTable.distances.count else { throw Self.malformed("an unknown distance") }
      let (distanceBase, distanceBits) = DeflateTable.distances[distanceSymbol]
      let distance = distanceBase + (try take(distanceBits))
      guard distance <= output.count else { throw Self.malformed("a distance before the start") }
      guard output.count + length <= maximumBytes else { throw tooLarge }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The codes of a block that brings its own (RFC 1951 §3.2.7).
  private mutating func codes() throws(JOSEError) -> (HuffmanCode, HuffmanCode) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw Self.malformed("too many codes") }
    var order = [UInt8](repeating: 0, count: 19)
    for index in 0..<lengthCount { order[DeflateTable.lengthOrder[index]] = UInt8(try take(3)) }
    let lengthCode = try HuffmanCode(lengths: order[...], mayBeSingle: false)
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try decode(lengthCode)
      guard symbol > 15 else {
        lengths.append(UInt8(symbol))
        continue
      }
      guard symbol > 16 || !lengths.isEmpty else { throw Self.malformed("a repetition of nothing") }
      let repeated = symbol == 16 ? lengths[lengths.count - 1] : 0
      let count =
        switch symbol {
        case 16: 3 + (try take(2))
        case 17: 3 + (try take(3))
        default: 11 + (try take(7))
        }
      lengths.append(contentsOf: repeatElement(repeated, count: count))
    }
    guard lengths.count == literalCount + distanceCount else { throw Self.malformed("too many lengths") }
    guard lengths[256] > 0 else { throw Self.malformed("a block without an end") }
    return (
      try HuffmanCode(lengths: lengths[..<literalCount], mayBeSingle: true),
      try HuffmanCode(lengths: lengths[literalCount...], mayBeSingle: true)
    )
  }

  /// The next `count` bits, at most 16, the lowest first.
  private mutating func take(_ count: Int) throws(JOSEError) -> Int {
    while bitCount < count {
      guard position < input.count else { throw Self.malformed("an early end") }
      bits |= UInt32(input[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let value = bits & (1 << UInt32(count) - 1)
    bits >>= UInt32(count)
    bitCount -= count
    return Int(value)
  }

  /// The next symbol of `code`, a bit at a time.
  private mutating func decode(_ code: HuffmanCode) throws(JOSEError) -> Int {
    var value = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      if value - count < first { return Int(code.symbols[index + value - first]) }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw Self.malformed("a code that stands for nothing")
  }

  private var tooLarge: JOSEError {
    JOSEError(.tooLarge, "content that inflates to more than \(maximumBytes) bytes")
  }

  fileprivate static func malformed(_ what: String) -> JOSEError {
    JOSEError(.malformedToken, "compressed content that is no DEFLATE: \(what)")
  }
}

/// A canonical Huffman code (RFC 1951 §3.2.2): how many symbols each length has, and the symbols in order.
private struct HuffmanCode {
  private(set) var counts = [Int](repeating: 0, count: 16)
  private(set) var symbols: [UInt16] = []

  static let fixedLiterals = HuffmanCode(
    completeLengths: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
      + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
  static let fixedDistances = HuffmanCode(completeLengths: [UInt8](repeating: 5, count: 32))

  /// - Parameters:
  ///   - lengths: how long each symbol's code is; 0 for a symbol that does not occur.
  ///   - mayBeSingle: whether one code of one bit, or none at all, will do.
  /// - Throws: ``JOSEError`` with code `malformed_token` unless each sequence of bits has one reading.
  init(lengths: ArraySlice<UInt8>, mayBeSingle: Bool) throws(JOSEError) {
    self.init(completeLengths: Array(lengths))
    var left = 1
    for length in 1...15 {
      left = left << 1 - counts[length]
      guard left >= 0 else { throw Inflate.malformed("a code with two readings") }
    }
    let isSingle = symbols.count <= 1 && counts[1] == symbols.count
    guard left == 0 || mayBeSingle && isSingle else { throw Inflate.malformed("an incomplete code") }
  }

  private init(completeLengths lengths: [UInt8]) {
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    for length in 1...15 where counts[length] > 0 {
      for (symbol, own) in lengths.enumerated() where Int(own) == length { symbols.append(UInt16(symbol)) }
    }
  }
}

/// What the symbols of DEFLATE stand for (RFC 1951 §3.2.5): a base, and how many bits are added to it.
enum DeflateTable {
  /// The lengths from symbol 257 on.
  static let lengths: [(base: Int, bits: Int)] = {
    var lengths: [(base: Int, bits: Int)] = []
    var base = 3
    for symbol in 0..<28 {
      let bits = max(0, symbol / 4 - 1)
      lengths.append((base, bits))
      base += 1 << bits
    }
    return lengths + [(258, 0)]
  }()

  static let distances: [(base: Int, bits: Int)] = {
    var distances: [(base: Int, bits: Int)] = []
    var base = 1
    for symbol in 0..<30 {
      let bits = max(0, symbol / 2 - 1)
      distances.append((base, bits))
      base += 1 << bits
    }
    return distances
  }()

  /// The order in which the lengths of the length code come (RFC 1951 §3.2.7).
  static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}
