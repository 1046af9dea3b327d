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
    let alphabet = alphabet
    var position = text.count
    // The room first, then each place once: an append for each character costs five times as much.
    text.append(contentsOf: repeatElement(0, count: encodedCount(bytes.count)))
    var output = text.mutableSpan
    var index = 0
    while index + 3 <= bytes.count {
      let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      output[position] = alphabet[group >> 18]
      output[position + 1] = alphabet[group >> 12 & 0x3F]
      output[position + 2] = alphabet[group >> 6 & 0x3F]
      output[position + 3] = alphabet[group & 0x3F]
      index += 3
      position += 4
    }
    guard index < bytes.count else { return }
    let second = index + 1 < bytes.count ? Int(bytes[index + 1]) : 0
    let group = Int(bytes[index]) << 16 | second << 8
    output[position] = alphabet[group >> 18]
    output[position + 1] = alphabet[group >> 12 & 0x3F]
    if index + 1 < bytes.count { output[position + 2] = alphabet[group >> 6 & 0x3F] }
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
    let values = values
    var bytes = [UInt8](repeating: 0, count: text.count * 3 / 4)
    var output = bytes.mutableSpan
    var index = 0
    var position = 0
    while index + 4 <= text.count {
      let first = values[Int(text[index])]
      let second = values[Int(text[index + 1])]
      let third = values[Int(text[index + 2])]
      let fourth = values[Int(text[index + 3])]
      guard (first | second | third | fourth) & 0x80 == 0 else { throw badCharacter(in: text, from: index) }
      output[position] = first << 2 | second >> 4
      output[position + 1] = second << 4 | third >> 2
      output[position + 2] = third << 6 | fourth
      index += 4
      position += 3
    }
    guard index < text.count else { return bytes }
    let first = values[Int(text[index])]
    let second = values[Int(text[index + 1])]
    let third = index + 2 < text.count ? values[Int(text[index + 2])] : 0
    guard (first | second | third) & 0x80 == 0 else { throw badCharacter(in: text, from: index) }
    output[position] = first << 2 | second >> 4
    var unused = second & 0x0F
    if index + 2 < text.count {
      output[position + 1] = second << 4 | third >> 2
      unused = third & 0x03
    }
    guard unused == 0 else {
      throw JOSEError(.malformedBase64URL, "the unused bits at offset \(text.count - 1) are not zero")
    }
    return bytes
  }

  /// How many characters encode `count` bytes.
  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  private static func badCharacter(in text: Span<UInt8>, from start: Int) -> JOSEError {
    var offset = start
    while offset < text.count, values[Int(text[offset])] != invalid { offset += 1 }
    return JOSEError(.malformedBase64URL, "a character outside the alphabet at offset \(offset)")
  }

  /// What ``values`` holds for a byte outside the alphabet; the only value with the high bit set.
  private static let invalid: UInt8 = 0xFF

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, character) in alphabet.enumerated() {
      values[Int(character)] = UInt8(value)
    }
    return values
  }()
}
