/// An `http` or `https` URL in the plain form that servers have, taken apart.
///
/// What another parser could read in another way (user information, a fragment, white space, a backslash,
/// escapes in the host) is refused, so that the host that is checked here is the host that is connected to.
struct RemoteURL: Hashable, Sendable, CustomStringConvertible {
  let isSecure: Bool
  /// In lower case; an IPv6 address without brackets.
  let host: String
  let port: Int?
  /// With the query; empty, or begins with a slash.
  let path: String

  /// A URL from its text.
  /// - Throws: ``RemoteKeysError`` that says what is wrong with it.
  init(_ text: String) throws(RemoteKeysError) {
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }) else {
      throw RemoteKeysError("a URL holds up to 2048 visible ASCII characters and no backslash")
    }
    let rest: Substring
    if text.hasPrefix("https://") {
      isSecure = true
      rest = text.dropFirst("https://".count)
    } else if text.hasPrefix("http://") {
      isSecure = false
      rest = text.dropFirst("http://".count)
    } else {
      throw RemoteKeysError("“\(text)” does not begin with https://")
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    path = String(rest[authority.endIndex...])
    guard path.isEmpty || path.hasPrefix("/"), !path.contains("#") else {
      throw RemoteKeysError("“\(text)” has a fragment, or a query without a path")
    }
    (host, port) = try Self.hostAndPort(authority)
  }

  private init(isSecure: Bool, host: String, port: Int?, path: String) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.path = path
  }

  /// The same server, another path.
  func with(path: String) -> RemoteURL {
    RemoteURL(isSecure: isSecure, host: host, port: port, path: path)
  }

  /// The same server, and `suffix` behind the path.
  func appending(_ suffix: String) -> RemoteURL {
    with(path: (path.hasSuffix("/") ? String(path.dropLast()) : path) + suffix)
  }

  /// The port, or the one that the scheme stands for.
  var effectivePort: Int { port ?? (isSecure ? 443 : 80) }

  /// The address, when the host is one.
  var address: IPAddress? { IPAddress(host) }

  /// Whether the host names this machine: `localhost` (RFC 6761 §6.3), or a loopback address.
  var isLoopback: Bool { host == "localhost" || (address?.isLoopback ?? false) }

  var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(isSecure ? "https" : "http")://\(name)\(port.map { ":\($0)" } ?? "")\(path)"
  }

  private static func hostAndPort(_ authority: Substring) throws(RemoteKeysError) -> (String, Int?) {
    let host: Substring
    let tail: Substring
    if authority.hasPrefix("[") {
      host = authority.dropFirst().prefix { $0 != "]" }
      tail = authority[host.endIndex...].dropFirst()
      guard host.endIndex < authority.endIndex, host.contains(":"), IPAddress(String(host)) != nil else {
        throw RemoteKeysError("“\(authority)” is no IPv6 address in brackets")
      }
    } else {
      host = authority.prefix { $0 != ":" }
      tail = authority[host.endIndex...]
      guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(isHostCharacter) else {
        throw RemoteKeysError("“\(authority)” is no host name")
      }
    }
    return (host.lowercased(), try port(tail))
  }

  private static func port(_ tail: Substring) throws(RemoteKeysError) -> Int? {
    guard !tail.isEmpty else { return nil }
    let digits = tail.dropFirst()
    guard tail.hasPrefix(":"), digits.utf8.count <= 5, let port = UInt16(digits), port > 0,
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else {
      throw RemoteKeysError("“\(tail)” is no port")
    }
    return Int(port)
  }

  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
