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
    text.reserveCapacity(text.count + encodedCount(bytes.count))
    var index = 0
    while index + 3 <= bytes.count {
      let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
      text.append(character(group >> 18))
      text.append(character(group >> 12))
      text.append(character(group >> 6))
      text.append(character(group))
      index += 3
    }
    switch bytes.count - index {
    case 1:
      let group = UInt32(bytes[index]) << 16
      text.append(character(group >> 18))
      text.append(character(group >> 12))
    case 2:
      let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
      text.append(character(group >> 18))
      text.append(character(group >> 12))
      text.append(character(group >> 6))
    default:
      break
    }
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
    bytes.reserveCapacity(text.count * 3 / 4)
    var index = 0
    while index + 4 <= text.count {
      let first = sextet(text[index])
      let second = sextet(text[index + 1])
      let third = sextet(text[index + 2])
      let fourth = sextet(text[index + 3])
      guard (first | second | third | fourth) & 0x80 == 0 else { throw badCharacter(in: text, from: index) }
      bytes.append(first << 2 | second >> 4)
      bytes.append(second << 4 | third >> 2)
      bytes.append(third << 6 | fourth)
      index += 4
    }
    try decodeRemainder(of: text, from: index, into: &bytes)
    return bytes
  }

  /// How many characters encode `count` bytes.
  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  private static func decodeRemainder(
    of text: Span<UInt8>, from index: Int, into bytes: inout [UInt8]
  ) throws(JOSEError) {
    guard index < text.count else { return }
    let first = sextet(text[index])
    let second = sextet(text[index + 1])
    let third = index + 2 < text.count ? sextet(text[index + 2]) : 0
    guard (first | second | third) & 0x80 == 0 else { throw badCharacter(in: text, from: index) }
    bytes.append(first << 2 | second >> 4)
    var unused = second & 0x0F
    if index + 2 < text.count {
      bytes.append(second << 4 | third >> 2)
      unused = third & 0x03
    }
    guard unused == 0 else {
      throw JOSEError(.malformedBase64URL, "the unused bits at offset \(text.count - 1) are not zero")
    }
  }

  private static func badCharacter(in text: Span<UInt8>, from start: Int) -> JOSEError {
    var offset = start
    while offset < text.count, sextet(text[offset]) != invalid { offset += 1 }
    return JOSEError(.malformedBase64URL, "a character outside the alphabet at offset \(offset)")
  }

  private static func character(_ sextet: UInt32) -> UInt8 {
    alphabet[Int(sextet & 0x3F)]
  }

  private static func sextet(_ character: UInt8) -> UInt8 {
    values[Int(character)]
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
