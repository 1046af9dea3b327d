internal import Foundation
internal import JOSE
internal import NIOSSL

/// Where the server's certificate chain and its private key lie, both PEM, the server's own certificate
/// first.
package struct CertificateFiles: Hashable, Sendable {
  package let certificate: String
  package let key: String

  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  /// What tells one state of the two from another. Files that cannot be looked at have no stamp, and that is
  /// a change too.
  var stamp: [Stamp?] {
    [certificate, key].map { path in Stamp(Self.attributes(of: path)) }
  }

  /// When a file was last changed, and who may read it: a refusal asks for a change of mode or owner, which
  /// leaves the time as it was.
  struct Stamp: Hashable, Sendable {
    private let changed: Date
    private let mode: Int?
    private let owner: Int?

    fileprivate init?(_ attributes: [FileAttributeKey: Any]) {
      guard let changed = attributes[.modificationDate] as? Date else { return nil }
      self.changed = changed
      mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
      owner = (attributes[.ownerAccountID] as? NSNumber)?.intValue
    }
  }

  /// The pair, read and checked at `now`.
  /// - Throws: ``CertificateError``, which says what to do.
  func read(at now: Timestamp) throws(CertificateError) -> CertificatePair {
    try requirePrivateKeyFile()
    let chain: [NIOSSLCertificate]
    let privateKey: NIOSSLPrivateKey
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificate)
    } catch {
      throw CertificateError(
        "\(certificate) is no readable PEM certificate chain; check server.tls.certificate")
    }
    do {
      privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
    } catch {
      throw CertificateError(
        "\(key) is no readable PEM private key without a passphrase; check server.tls.key")
    }
    guard let own = chain.first else {
      throw CertificateError("\(certificate) holds no certificate; check server.tls.certificate")
    }
    let pair = CertificatePair(
      chain: chain, key: privateKey, validFrom: Timestamp(seconds: Int64(own.notValidBefore)),
      validUntil: Timestamp(seconds: Int64(own.notValidAfter)))
    guard pair.validUntil > now else {
      throw CertificateError("\(certificate) has expired; renew it and start again")
    }
    guard pair.validFrom <= now else {
      throw CertificateError("\(certificate) is not valid yet; check this machine's clock, or issue it again")
    }
    do {
      _ = try NIOSSLContext(configuration: pair.tlsConfiguration)
    } catch {
      throw CertificateError(
        "\(key) is not the key of the first certificate in \(certificate); give the two that belong "
          + "together, the server's own certificate first")
    }
    return pair
  }

  private func requirePrivateKeyFile() throws(CertificateError) {
    guard let mode = Self.attributes(of: key)[.posixPermissions] as? NSNumber else {
      throw CertificateError("\(key) cannot be looked at; check server.tls.key, and who owns the file")
    }
    guard mode.intValue & 0o077 == 0 else {
      throw CertificateError(
        "\(key) has mode 0\(String(mode.intValue, radix: 8)): others than its owner may use it; "
          + "if nobody has: chmod 600 \(key)")
    }
  }

  /// None of a file that cannot be looked at.
  private static func attributes(of path: String) -> [FileAttributeKey: Any] {
    do {
      // The target of a link: certificate tools swap links.
      let target = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
      return try FileManager.default.attributesOfItem(atPath: target)
    } catch {
      return [:]
    }
  }
}

/// A certificate and key that cannot be served, and what to do.
package struct CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A chain and the key that belongs to it.
struct CertificatePair: Sendable {
  let chain: [NIOSSLCertificate]
  let key: NIOSSLPrivateKey
  let validFrom: Timestamp
  let validUntil: Timestamp

  /// Of TLS 1.2, those with forward secrecy and authenticated encryption (RFC 9325 §4.2). TLS 1.3 has no
  /// others, and is not asked.
  private static let cipherSuites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  /// TLS 1.2 and later with this pair.
  var tlsConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuiteValues = Self.cipherSuites
    return configuration
  }
}
