/// Unpadded base64url (RFC 7515 §2), canonical: each value has exactly one spelling.
///
/// No padding, no `+` or `/`, no white space, and the unused bits of the last character are zero. A
/// decoder that forgives any of these lets two different texts carry one signature.
public enum Base64URL {
  /// The text for `bytes`: `(bytes.count * 4 + 2) / 3` characters.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let array = Array(bytes)
    var text: [UInt8] = []
    encode(array.span, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text for `bytes` to `text`, as ASCII.
  public static func encode(_ bytes: Span<UInt8>, into text: inout [UInt8]) {
    text.append(addingCapacity: encodedCount(bytes.count)) { text in
      encode(bytes, alphabet.span, into: &text)
    }
  }

  private static func encode(
    _ bytes: Span<UInt8>, _ alphabet: Span<UInt8>, into text: inout OutputSpan<UInt8>
  ) {
    let alphabet = alphabet.extracting(0..<64)
    var index = 0
    while index + 3 <= bytes.count {
      let three = bytes.extracting(index..<index + 3)
      let group = Int(three[0]) << 16 | Int(three[1]) << 8 | Int(three[2])
      text.append(alphabet[group >> 18])
      text.append(alphabet[group >> 12 & 0x3F])
      text.append(alphabet[group >> 6 & 0x3F])
      text.append(alphabet[group & 0x3F])
      index += 3
    }
    guard index < bytes.count else { return }
    let second = index + 1 < bytes.count ? Int(bytes[index + 1]) : 0
    let group = Int(bytes[index]) << 16 | second << 8
    text.append(alphabet[group >> 18])
    text.append(alphabet[group >> 12 & 0x3F])
    if index + 1 < bytes.count { text.append(alphabet[group >> 6 & 0x3F]) }
  }

  /// Decodes the text.
  /// - Returns: `text.utf8.count * 3 / 4` bytes, rounded down.
  /// - Throws: ``JOSEError`` with code `malformed_base64url` and the offset of the first bad byte.
  public static func decode(_ text: some StringProtocol) throws(JOSEError) -> [UInt8] {
    let array = Array(text.utf8)
    return try decode(array.span)
  }

  /// Decodes the text, given as ASCII.
  /// - Returns: `text.count * 3 / 4` bytes, rounded down.
  /// - Throws: ``JOSEError`` with code `malformed_base64url` and the offset of the first bad byte.
  public static func decode(_ text: Span<UInt8>) throws(JOSEError) -> [UInt8] {
    guard text.count % 4 != 1 else {
      throw JOSEError(.malformedBase64URL, "a length of 4n + 1 characters encodes no bytes")
    }
    var bytes: [UInt8] = []
    try bytes.append(addingCapacity: text.count * 3 / 4) { bytes throws(JOSEError) in
      try decode(text, values.span, into: &bytes)
    }
    return bytes
  }

  private static func decode(
    _ text: Span<UInt8>, _ values: Span<UInt32>, into bytes: inout OutputSpan<UInt8>
  ) throws(JOSEError) {
    // Said once, for the compiler: no byte leads beyond the table.
    let values = values.extracting(0..<1024)
    let end = text.count & ~3
    var index = 0
    while index < end {
      let four = text.extracting(index..<index + 4)
      let group =
        values[Int(four[0])] | values[256 + Int(four[1])] | values[512 + Int(four[2])]
        | values[768 + Int(four[3])]
      guard group < invalid else { throw badCharacter(in: text, from: index) }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      bytes.append(UInt8(truncatingIfNeeded: group))
      index += 4
    }
    guard end < text.count else { return }
    var group = values[Int(text[end])] | values[256 + Int(text[end + 1])]
    if end + 2 < text.count { group |= values[512 + Int(text[end + 2])] }
    guard group < invalid else { throw badCharacter(in: text, from: end) }
    bytes.append(UInt8(truncatingIfNeeded: group >> 16))
    var unused = group & 0xFFFF
    if end + 2 < text.count {
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      unused = group & 0xFF
    }
    guard unused == 0 else {
      throw JOSEError(.malformedBase64URL, "the unused bits at offset \(text.count - 1) are not zero")
    }
  }

  /// How many characters encode `count` bytes.
  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  @inline(never)
  private static func badCharacter(in text: Span<UInt8>, from start: Int) -> JOSEError {
    var offset = start
    while offset < text.count, values[Int(text[offset])] != invalid { offset += 1 }
    return JOSEError(.malformedBase64URL, "a character outside the alphabet at offset \(offset)")
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// What a byte of the text adds to the 24 bits of its group of four: 256 entries each for the first place
  /// to the fourth. For a byte outside the alphabet ``invalid``.
  private static let values: [UInt32] = {
    var values = [UInt32](repeating: invalid, count: 1024)
    for (value, character) in alphabet.enumerated() {
      for place in 0..<4 {
        values[place * 256 + Int(character)] = UInt32(value) << (18 - 6 * place)
      }
    }
    return values
  }()

  /// More than any 24 bits.
  private static let invalid: UInt32 = 1 << 24
}
