internal import NIOSSL

/// Whose certificates an issuer's servers may have.
///
/// Whatever is believed, a certificate has to be for the host that the URL names, and TLS 1.2 or newer.
public struct CertificateAuthorities: Sendable {
  let configuration: TLSConfiguration

  /// Those that the system trusts.
  public static let system = CertificateAuthorities(.default)

  /// Those in a file and no others, for an issuer in a network with an authority of its own.
  /// - Parameter file: the path of a file of PEM certificates. It is read now, and not again.
  /// - Returns: The authorities.
  /// - Throws: ``RemoteKeysError`` when there is no certificate in it that could be read.
  public static func file(_ file: String) throws(RemoteKeysError) -> CertificateAuthorities {
    do {
      let certificates = try NIOSSLCertificate.fromPEMFile(file)
      guard !certificates.isEmpty else { throw RemoteKeysError("“\(file)” holds no certificate") }
      return CertificateAuthorities(.certificates(certificates))
    } catch let error as RemoteKeysError {
      throw error
    } catch {
      throw RemoteKeysError("“\(file)” holds no certificates that can be read: \(error)")
    }
  }

  private init(_ roots: NIOSSLTrustRoots) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.trustRoots = roots
    self.configuration = configuration
  }
}
