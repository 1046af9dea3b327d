internal import HummingbirdTokenVerification

/// Whether clients reach the server as its issuer says, and whether the listed proxies are proxies.
struct NetworkCheck: Sendable {
  var issuer: String
  /// Where the server listens.
  var host: String
  var port: Int
  var hasCertificate: Bool
  /// As `server.trusted-proxies` has them; each is an address or a network.
  var proxies: [String]

  var findings: [Finding] { issuerFindings + proxyFindings }

  /// The host of the issuer's URL, without brackets.
  var issuerHost: String {
    IssuerPlace(issuer)?.host ?? ""
  }

  private var issuerFindings: [Finding] {
    let subject = "issuer"
    guard issuer.hasPrefix("http://") else { return [.ok(subject, issuer)] }
    if hasCertificate {
      return [
        .problem(
          subject, "it says \(issuer), but the server speaks HTTPS alone",
          advice: "an issuer is chosen once, by `signet init`: take the certificate out, or begin anew")
      ]
    }
    if proxies.isEmpty, port != 0, let issuerPort = IssuerPlace(issuer)?.port, issuerPort != port {
      return [
        .warning(
          subject, "it says \(issuer), but the server listens on port \(port)",
          advice: "set server.port to \(issuerPort), or listen where something forwards from there")
      ]
    }
    return [.ok(subject, "\(issuer), which only this machine can reach")]
  }

  private var proxyFindings: [Finding] {
    let subject = "proxies"
    var findings: [Finding] = []
    for proxy in proxies where bits(of: proxy) == 0 {
      findings.append(
        .problem(
          subject, "server.trusted-proxies lists \(proxy): whoever connects can name any client's address",
          advice: "list the addresses of the proxies themselves"))
    }
    for proxy in proxies where bits(of: proxy) > 0 && isWideAndPublic(proxy) {
      findings.append(
        .warning(
          subject, "server.trusted-proxies lists \(proxy), a public network with room for strangers",
          advice: "list the addresses of the proxies themselves"))
    }
    if !hasCertificate, !isLoopback {
      findings.append(
        .warning(
          subject, "passwords come from the proxies to \(host) over plain HTTP",
          advice: "give this server a certificate, unless nobody else is on that network"))
    }
    if !hasCertificate, isLoopback, proxies.isEmpty, issuer.hasPrefix("https://") {
      findings.append(
        .warning(
          subject, "something on this machine ends TLS and is not listed: every client has its address",
          advice: "set server.trusted-proxies to [127.0.0.1, \"::1\"], if it appends to X-Forwarded-For"))
    }
    guard findings.isEmpty else { return findings }
    return [.ok(subject, proxies.isEmpty ? "none" : proxies.joined(separator: ", "))]
  }

  private var isLoopback: Bool {
    host == "localhost" || IPAddress(host)?.isLoopback == true
  }

  /// The length of the prefix; -1 for a single address.
  private func bits(of proxy: String) -> Int {
    proxy.firstIndex(of: "/").flatMap { Int(proxy[$0...].dropFirst()) } ?? -1
  }

  /// Whether a network is larger than what one organisation is usually given.
  private func isWideAndPublic(_ proxy: String) -> Bool {
    guard let address = IPAddress(String(proxy.prefix { $0 != "/" })), address.isPublic else { return false }
    return bits(of: proxy) < (address.bytes.count == 4 ? 24 : 48)
  }
}
