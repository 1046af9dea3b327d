/// The DER of an ECDSA signature (RFC 3279 §2.2.3), which libcrypto speaks: a SEQUENCE of two INTEGERs. JOSE
/// speaks `r‖s` of fixed length.
enum ECDSASignatureDER {
  /// The DER of two numbers that are not 0, big-endian, of at most 60 bytes each.
  static func encode(_ r: Span<UInt8>, _ s: Span<UInt8>) -> [UInt8] {
    let content = integer(r) + integer(s)
    return [0x30, UInt8(truncatingIfNeeded: content.count)] + content
  }

  /// `r‖s` of the DER, each of `halfByteCount` bytes; nil for anything but the one DER of two such numbers.
  static func decode(_ der: [UInt8], halfByteCount: Int) -> [UInt8]? {
    guard der.count >= 2, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2 else { return nil }
    var rest = der[2...]
    guard let r = number(&rest, byteCount: halfByteCount), let s = number(&rest, byteCount: halfByteCount),
      rest.isEmpty
    else { return nil }
    return r + s
  }

  private static func integer(_ number: Span<UInt8>) -> [UInt8] {
    var content: [UInt8] = []
    for index in number.indices where number[index] != 0 || !content.isEmpty {
      content.append(number[index])
    }
    // A first bit that is set would make it negative.
    if let first = content.first, first >= 0x80 { content.insert(0, at: 0) }
    return [0x02, UInt8(truncatingIfNeeded: content.count)] + content
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, byteCount: Int) -> [UInt8]? {
    guard rest.popFirst() == 0x02, let length = rest.popFirst(), length < 0x80, length > 0,
      rest.count >= Int(length)
    else { return nil }
    var content = rest.prefix(Int(length))
    rest = rest.dropFirst(Int(length))
    guard let first = content.first, first < 0x80 else { return nil }
    if first == 0, content.count > 1 {
      content = content.dropFirst()
      guard let second = content.first, second >= 0x80 else { return nil }
    }
    guard content.count <= byteCount else { return nil }
    return [UInt8](repeating: 0, count: byteCount - content.count) + content
  }
}
