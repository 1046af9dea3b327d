internal import JOSE
internal import SignetServer

/// Whether the certificate can be served, to those who look for the issuer, and for how long.
struct CertificateCheck: Sendable {
  enum Certificate: Sendable {
    /// Plain HTTP, on this address.
    case none(address: String)
    case refused(CertificateError)
    case read(CertificateSummary)
  }

  var certificate: Certificate
  var issuerHost: String
  /// Whether clients come through proxies, which may know the server by another name.
  var hasProxies: Bool
  var now: Timestamp

  var findings: [Finding] {
    switch certificate {
    case .none(let address): [.ok(Self.subject, "none: plain HTTP on \(address)")]
    case .refused(let error): [.problem(Self.subject, error: error)]
    case .read(let summary): judge(summary)
    }
  }

  private func judge(_ summary: CertificateSummary) -> [Finding] {
    var findings: [Finding] = []
    let days = (summary.validUntil.seconds - now.seconds) / 86_400
    if days < Self.warningDays {
      let left = days == 1 ? "1 day" : "\(days) days"
      let renewal = "renew it and replace both files; a running server takes them within seconds"
      let text = "the certificate expires in \(left), at \(summary.validUntil.text)"
      findings.append(
        days <= Self.problemDays
          ? .problem(Self.subject, text, advice: renewal) : .warning(Self.subject, text, advice: renewal))
    }
    if !summary.covers(issuerHost) {
      let names = summary.names.isEmpty ? "no name" : summary.names.joined(separator: ", ")
      let text = "the certificate is for \(names), and the issuer's host is \(issuerHost)"
      let advice = "issue one that names \(issuerHost)"
      findings.append(
        hasProxies
          ? .warning(Self.subject, text, advice: "\(advice), unless only the proxies connect to this server")
          : .problem(Self.subject, text, advice: advice))
    }
    guard findings.isEmpty else { return findings }
    return [.ok(Self.subject, "certificate for \(summary.names.joined(separator: ", ")), \(days) days left")]
  }

  private static let subject = "tls"
  private static let warningDays: Int64 = 14
  private static let problemDays: Int64 = 2
}
