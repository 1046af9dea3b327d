internal import HummingbirdTokenVerification
package import JOSE
internal import NIOSSL

/// What operators want to know of a certificate.
package struct CertificateSummary: Hashable, Sendable {
  /// The hosts that it is for: DNS names, perhaps with a star in front, and addresses.
  package let names: [String]
  package let validUntil: Timestamp
  private let addresses: [[UInt8]]

  /// From names as a certificate lists them; an address is its bytes.
  package init(names: [String], addresses: [[UInt8]] = [], validUntil: Timestamp) {
    self.names = names + addresses.map(Self.text)
    self.addresses = addresses
    self.validUntil = validUntil
  }

  init(_ pair: CertificatePair) {
    var names: [String] = []
    var addresses: [[UInt8]] = []
    for name in pair.chain.first?._subjectAlternativeNames().map({ $0 }) ?? [] {
      let contents = Array(name.contents)
      if name.nameType == .dnsName {
        names.append(String(decoding: contents, as: UTF8.self))
      } else if name.nameType == .ipAddress {
        addresses.append(contents)
      }
    }
    self.init(names: names, addresses: addresses, validUntil: pair.validUntil)
  }

  /// Whether a client that wants `host` takes this certificate (RFC 9525 §6.3): a star stands for one whole
  /// label, the first.
  package func covers(_ host: String) -> Bool {
    if let address = IPAddress(host) { return addresses.contains(address.bytes) }
    let wanted = Self.labels(host)
    return names.contains { name in
      let labels = Self.labels(name)
      guard labels.first == "*" else { return labels == wanted }
      return labels.count == wanted.count && labels.count > 2 && labels.dropFirst() == wanted.dropFirst()
    }
  }

  private static func labels(_ name: String) -> [Substring] {
    name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
  }

  private static func text(_ address: [UInt8]) -> String {
    guard address.count == 16 else { return address.map { String($0) }.joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2)
      .map { String(Int(address[$0]) << 8 | Int(address[$0 + 1]), radix: 16) }
      .joined(separator: ":")
  }
}

extension CertificateFiles {
  /// What the pair says, if it can be served at `now`.
  /// - Throws: ``CertificateError``, which says what to do.
  package func summary(at now: Timestamp) throws(CertificateError) -> CertificateSummary {
    CertificateSummary(try read(at: now))
  }
}
