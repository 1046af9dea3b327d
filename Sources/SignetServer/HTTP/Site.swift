/// Where the authority is reached: taken from the configured issuer, and from nothing that a request says
/// (A8).
struct Site: Sendable {
  private let issuer: String
  /// Scheme, host and port: what a browser sends as `Origin` (RFC 6454 §6.2).
  let origin: String
  /// The issuer's path, `/auth`; empty for most.
  let path: String

  init(issuer: String) {
    self.issuer = issuer
    let afterScheme = issuer.firstRange(of: "://")?.upperBound ?? issuer.startIndex
    let pathStart = issuer[afterScheme...].firstIndex(of: "/") ?? issuer.endIndex
    origin = Self.withoutDefaultPort(issuer[..<pathStart].lowercased())
    path = String(issuer[pathStart...])
  }

  /// The absolute URL of `path` below the issuer.
  func url(_ path: String) -> String {
    issuer + path
  }

  var isSecure: Bool { origin.hasPrefix("https://") }

  private static func withoutDefaultPort(_ origin: String) -> String {
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
    where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
      return String(origin.dropLast(port.count))
    }
    return origin
  }
}
