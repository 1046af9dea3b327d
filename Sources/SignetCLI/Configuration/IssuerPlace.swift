/// Where an issuer's URL says that clients find it.
struct IssuerPlace {
  private let isPlain: Bool
  private let authority: Substring

  /// Nil for what is no URL of the web.
  init?(_ issuer: String) {
    isPlain = issuer.hasPrefix("http://")
    guard isPlain || issuer.hasPrefix("https://") else { return nil }
    authority = issuer.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
  }

  /// Without brackets.
  var host: String {
    authority.hasPrefix("[")
      ? String(authority.dropFirst().prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
  }

  /// The scheme's own when none is written.
  var port: Int {
    let afterHost = authority.hasPrefix("[") ? authority.drop { $0 != "]" }.dropFirst() : authority
    return afterHost.lastIndex(of: ":").flatMap { Int(afterHost[$0...].dropFirst()) } ?? (isPlain ? 80 : 443)
  }

  /// The port of an issuer in plain HTTP, which is one that this machine alone can reach.
  var loopbackPort: Int? { isPlain ? port : nil }
}
