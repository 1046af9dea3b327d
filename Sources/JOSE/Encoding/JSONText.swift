/// The lexical rules of JSON (RFC 8259 §6, §7) over bytes.
enum JSONText {
  /// The offset after the closing quote of the string whose content starts at `start`.
  static func endOfString(
    _ bytes: Span<UInt8>, from start: Int, isEscaped: inout Bool
  ) throws(JOSEError) -> Int {
    var position = start
    while position < bytes.count {
      if position + 8 <= bytes.count {
        let word = bytes.word(at: position)
        let special = word.escapedInJSONString | word.beyondASCII
        position += special == 0 ? 8 : special.trailingZeroBitCount / 8
        if special == 0 { continue }
      }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        return position + 1
      case UInt8(ascii: "\\"):
        isEscaped = true
        position = try endOfEscape(bytes, from: position)
      case 0x00..<0x20:
        throw failure("a control character in a string", position)
      case 0x20..<0x80:
        position += 1
      default:
        position = try endOfScalar(bytes, from: position)
      }
    }
    throw failure("a string without end", position)
  }

  /// The offset after the number that starts at `start`.
  static func endOfNumber(
    _ bytes: Span<UInt8>, from start: Int, isInteger: inout Bool
  ) throws(JOSEError) -> Int {
    var position = start
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
      position += 1
    } else {
      position = try endOfDigits(bytes, from: position)
    }
    isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position = try endOfDigits(bytes, from: position + 1)
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      position = try endOfDigits(bytes, from: position)
    }
    // 18 digits always fit; beyond that, and with an exponent, only the conversion tells.
    if !isInteger || position - start > 18 {
      guard double(bytes.extracting(start..<position)).isFinite else {
        throw failure("a number beyond the range of a Double", start)
      }
    }
    return position
  }

  /// The value of a number that the parser has accepted.
  static func double(_ source: Span<UInt8>) -> Double {
    // The grammar of JSON numbers is a part of the one that this initialiser takes.
    Double(String(copying: source)) ?? .nan
  }

  /// The content of a string node, without quotes and escapes.
  static func unescaped(_ bytes: Span<UInt8>, _ node: JSONNode) -> [UInt8] {
    var content: [UInt8] = []
    let end = Int(node.end) - 1
    var position = Int(node.start) + 1
    content.reserveCapacity(end - position)
    while position < end {
      let byte = bytes[position]
      guard byte == UInt8(ascii: "\\") else {
        content.append(byte)
        position += 1
        continue
      }
      position += appendEscape(bytes, from: position, to: &content)
    }
    return content
  }

  private static func endOfDigits(_ bytes: Span<UInt8>, from start: Int) throws(JOSEError) -> Int {
    var position = start
    while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
    guard position > start else { throw failure("a digit is missing", start) }
    return position
  }

  /// The offset after the escape whose backslash is at `start`; a surrogate pair counts as one.
  private static func endOfEscape(_ bytes: Span<UInt8>, from start: Int) throws(JOSEError) -> Int {
    guard start + 1 < bytes.count else { throw failure("a string without end", start) }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(bytes, at: start) else { throw failure("an escape without 4 digits", start) }
      guard 0xD800...0xDFFF ~= unit else { return start + 6 }
      guard unit < 0xDC00, let low = codeUnit(bytes, at: start + 6), 0xDC00...0xDFFF ~= low else {
        throw failure("half a surrogate pair", start)
      }
      return start + 12
    default:
      throw failure("an unknown escape", start)
    }
  }

  /// Appends what the escape at `start` stands for; returns how many bytes it occupies.
  private static func appendEscape(_ bytes: Span<UInt8>, from start: Int, to content: inout [UInt8]) -> Int {
    switch bytes[start + 1] {
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      let unit = codeUnit(bytes, at: start) ?? 0xFFFD
      guard 0xD800..<0xDC00 ~= unit, let low = codeUnit(bytes, at: start + 6) else {
        append(unit, to: &content)
        return 6
      }
      append(0x10000 + (unit - 0xD800) << 10 + (low & 0x3FF), to: &content)
      return 12
    case let byte: content.append(byte)
    }
    return 2
  }

  private static func append(_ scalar: UInt32, to content: inout [UInt8]) {
    let character = Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
    content.append(contentsOf: character.utf8)
  }

  /// The UTF-16 code unit of the escape at `start`, `\u` and four hexadecimal digits; nil when there is none.
  private static func codeUnit(_ bytes: Span<UInt8>, at start: Int) -> UInt32? {
    guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for offset in 2..<6 {
      guard let digit = Character(Unicode.Scalar(bytes[start + offset])).hexDigitValue else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// The offset after the UTF-8 sequence of two to four bytes at `start` (RFC 3629 §4).
  private static func endOfScalar(_ bytes: Span<UInt8>, from start: Int) throws(JOSEError) -> Int {
    let count: Int
    let second: ClosedRange<UInt8>
    switch bytes[start] {
    case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: throw failure("a byte that is not UTF-8", start)
    }
    guard start + count <= bytes.count, second ~= bytes[start + 1] else {
      throw failure("a byte that is not UTF-8", start)
    }
    for offset in 2..<count where bytes[start + offset] & 0xC0 != 0x80 {
      throw failure("a byte that is not UTF-8", start)
    }
    return start + count
  }

  @inline(never)
  private static func failure(_ what: String, _ position: Int) -> JOSEError {
    JOSEError(.malformedJSON, "\(what) at byte \(position)")
  }
}

extension String {
  /// The text whose UTF-8 is `bytes`; ill-formed sequences become U+FFFD.
  package init(copying bytes: Span<UInt8>) {
    var array: [UInt8] = []
    array.reserveCapacity(bytes.count)
    for index in bytes.indices { array.append(bytes[index]) }
    self.init(decoding: array, as: UTF8.self)
  }
}
