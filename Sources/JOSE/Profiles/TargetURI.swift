/// The target of an HTTP request without query and fragment, in the one spelling that all equal ones share
/// (RFC 3986 §6.2.2, §6.2.3; RFC 9449 §4.3).
///
/// Scheme and host in lower case, the scheme's own port left out, escapes in upper case and only where they
/// are needed, dot segments resolved, and a path that is at least `/`.
struct TargetURI: Equatable {
  let text: [UInt8]

  /// Reads a URI; `http` or `https`, with a host and without user information. Nil for anything else.
  init?(_ uri: String) {
    var rest = Array(uri.utf8)[...]
    guard rest.count <= Self.maximumBytes, let colon = rest.firstIndex(of: UInt8(ascii: ":")) else {
      return nil
    }
    let scheme = rest[..<colon].map(Self.lowercased)
    let isSecure = scheme.elementsEqual("https".utf8)
    guard isSecure || scheme.elementsEqual("http".utf8) else { return nil }
    rest = rest[(colon + 1)...]
    guard rest.starts(with: "//".utf8) else { return nil }
    rest = rest.dropFirst(2)
    // The query and the fragment do not count.
    rest = rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let authority = rest.prefix { $0 != UInt8(ascii: "/") }
    guard let place = Self.place(authority, defaultPort: isSecure ? 443 : 80),
      let path = Self.normalized(path: rest[authority.endIndex...])
    else { return nil }
    text = scheme + Array("://".utf8) + place + path
  }

  private static let maximumBytes = 4096

  /// Host and port.
  private static func place(_ authority: ArraySlice<UInt8>, defaultPort: Int) -> [UInt8]? {
    var host = authority
    var port: ArraySlice<UInt8> = []
    // The colons of an IPv6 address stand in brackets.
    let colons = authority.lastIndex(of: UInt8(ascii: ":"))
    let bracket = authority.lastIndex(of: UInt8(ascii: "]"))
    if let colon = colons, bracket.map({ $0 < colon }) ?? true {
      host = authority[..<colon]
      port = authority[(colon + 1)...]
    }
    guard !host.isEmpty, host.allSatisfy({ isHostCharacter($0) }) else { return nil }
    guard port.count <= 5, port.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    let number = port.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    let suffix = port.isEmpty || number == defaultPort ? [] : Array(":\(number)".utf8)
    return host.map(lowercased) + suffix
  }

  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    isUnreserved(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
  }

  private static func normalized(path: ArraySlice<UInt8>) -> [UInt8]? {
    guard let path = unescaped(path) else { return nil }
    var segments: [ArraySlice<UInt8>] = []
    // After the first slash, so that "/a/" has the segments "a" and "".
    let parts = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      if part.elementsEqual(".".utf8) {
        if isLast { segments.append([]) }
      } else if part.elementsEqual("..".utf8) {
        _ = segments.popLast()
        if isLast { segments.append([]) }
      } else {
        segments.append(part)
      }
    }
    return [UInt8(ascii: "/")] + segments.joined(separator: [UInt8(ascii: "/")])
  }

  /// The path with escapes only where they are needed; nil for a character that no URI has.
  private static func unescaped(_ path: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var index = path.startIndex
    while index < path.endIndex {
      let byte = path[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < path.endIndex, let high = hexValue(path[index + 1]),
          let low = hexValue(path[index + 2])
        else { return nil }
        let value = high << 4 | low
        result += isUnreserved(value) ? [value] : [byte, hexDigit(high), hexDigit(low)]
        index += 3
      } else {
        guard isUnreserved(byte) || "!$&'()*+,;=:@/".utf8.contains(byte) else { return nil }
        result.append(byte)
        index += 1
      }
    }
    return result
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~".utf8.contains(byte)
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    0x41...0x5A ~= byte ? byte | 0x20 : byte
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }
}
