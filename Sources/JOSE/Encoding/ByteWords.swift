/// Eight bytes at a time: how a text is searched and compared without a look at each of its bytes.
extension Span<UInt8> {
  /// The eight bytes from `start` on as one number, the first byte lowest: one load for the processor.
  @inline(__always)
  func word(at start: Int) -> UInt64 {
    let bytes = extracting(start..<start + 8)
    return UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16 | UInt64(bytes[3]) << 24
      | UInt64(bytes[4]) << 32 | UInt64(bytes[5]) << 40 | UInt64(bytes[6]) << 48 | UInt64(bytes[7]) << 56
  }

  /// The offset of the first `byte` from `start` on; nil when there is none.
  func firstOffset(of byte: UInt8, from start: Int) -> Int? {
    var position = start
    let sought = UInt64(everyByte: byte)
    while position + 8 <= count {
      let found = (word(at: position) ^ sought).zeroBytes
      guard found == 0 else { return position + found.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < count {
      if self[position] == byte { return position }
      position += 1
    }
    return nil
  }

  /// Whether both hold the same bytes.
  package func elementsEqual(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var position = 0
    while position + 8 <= count {
      guard word(at: position) == other.word(at: position) else { return false }
      position += 8
    }
    while position < count {
      guard self[position] == other[position] else { return false }
      position += 1
    }
    return true
  }

  /// Whether these are the bytes of `text` in UTF-8.
  ///
  /// Swift compares strings by canonical equivalence: U+212A equals "K". A token's bytes compare exactly.
  package func elementsEqual(_ text: String) -> Bool {
    elementsEqual(text.utf8.span)
  }
}

extension Span<UInt8> {
  /// Whether a JSON string holds these bytes as they are: no quote, no backslash, no control character.
  var isPlainJSONString: Bool {
    var position = 0
    while position + 8 <= count {
      guard word(at: position).escapedInJSONString == 0 else { return false }
      position += 8
    }
    var rest = UInt64(everyByte: UInt8(ascii: " "))
    while position < count {
      rest = rest << 8 | UInt64(self[position])
      position += 1
    }
    return rest.escapedInJSONString == 0
  }
}

/// Eight bytes in one number. A mask has the highest bit of each byte that it is about; its lowest bit is
/// always right, those above it may be set by a carry, so that it answers "which is the first" and "is
/// there one".
extension UInt64 {
  /// Eight times the same byte.
  @inline(__always)
  init(everyByte byte: UInt8) {
    self = UInt64(byte) &* 0x0101_0101_0101_0101
  }

  /// The bytes that are 0.
  @inline(__always)
  var zeroBytes: UInt64 { bytesBelow(1) }

  /// The bytes that are less than `limit`, which is at most 128.
  @inline(__always)
  func bytesBelow(_ limit: UInt8) -> UInt64 {
    (self &- UInt64(everyByte: limit)) & ~self & UInt64(everyByte: 0x80)
  }

  /// The bytes that a JSON string does not hold as they are (RFC 8259 §7).
  @inline(__always)
  var escapedInJSONString: UInt64 {
    (self ^ UInt64(everyByte: UInt8(ascii: "\""))).zeroBytes
      | (self ^ UInt64(everyByte: UInt8(ascii: "\\"))).zeroBytes | bytesBelow(0x20)
  }

  /// The bytes that are more than ASCII.
  @inline(__always)
  var beyondASCII: UInt64 { self & UInt64(everyByte: 0x80) }
}
