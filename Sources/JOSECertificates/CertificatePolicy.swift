internal import Foundation
public import JOSE
internal import SwiftASN1
@_spi(FixedExpiryValidationTime) internal import X509

/// Which certificates are believed, and what a chain must say, before a key counts for what its certificate
/// says (RFC 5280 §6, RFC 7515 §4.1.6, RFC 7517 §4.7).
///
/// A chain counts only when the caller asks here: `x5c` in a header or a key is otherwise ignored, or kept as
/// data. Whether a certificate was revoked is not asked: nothing is fetched.
public struct CertificatePolicy: Sendable {
  /// A name that the key's certificate must have among its alternative names, exactly.
  public enum Name: Hashable, Sendable {
    /// A host, compared without regard to case. A wildcard is not one.
    case dns(String)
    /// A URI, byte for byte.
    case uri(String)
    /// A mail address, byte for byte.
    case email(String)
  }

  /// What the key's certificate must be for (RFC 5280 §4.2.1.12).
  public enum Purpose: Hashable, Sendable {
    /// TLS servers.
    case serverAuthentication
    /// TLS clients.
    case clientAuthentication
    /// Code that can be downloaded.
    case codeSigning
    /// Mail.
    case emailProtection
  }

  /// The name that the key's certificate must have; nil takes any that a root vouches for.
  public var name: Name?
  /// What the key's certificate must be for; nil takes any purpose, but not one that is marked critical.
  public var purpose: Purpose?
  /// The most certificates that a chain may have besides the root, from 1.
  public var maximumCertificates = 4

  /// The most bytes of one certificate.
  public static let maximumCertificateBytes = 8192

  private let roots: [Certificate]

  /// A policy.
  /// - Parameter roots: the certificates that are believed, in DER; at least one.
  /// - Throws: ``JOSEError`` with code `invalid_policy` for none, `invalid_certificate` for what is none,
  ///   `too_large`.
  public init(roots: [[UInt8]]) throws(JOSEError) {
    guard !roots.isEmpty else { throw JOSEError(.invalidPolicy, "no root is believed") }
    self.roots = try Self.certificates(roots)
  }

  /// A policy.
  /// - Parameter rootsPEM: the certificates that are believed, as PEM `CERTIFICATE`; at least one.
  /// - Throws: ``JOSEError`` as ``init(roots:)``; `invalid_certificate` for text that is not PEM.
  public init(rootsPEM: String) throws(JOSEError) {
    let documents: [PEMDocument]
    do {
      documents = try PEMDocument.parseMultiple(pemString: rootsPEM)
    } catch {
      throw JOSEError(.invalidCertificate, "not PEM (RFC 7468)")
    }
    guard documents.allSatisfy({ $0.discriminator == Certificate.defaultPEMDiscriminator }) else {
      throw JOSEError(.invalidCertificate, "PEM of something else than certificates")
    }
    try self.init(roots: documents.map(\.derBytes))
  }

  /// Validates a chain.
  /// - Parameters:
  ///   - chain: certificates in DER, the key's own first, each certified by the next; the root may be left
  ///     out. All of them have to be needed.
  ///   - algorithm: the one algorithm that the key is for: no certificate says.
  ///   - keyID: the `kid` that the key gets.
  ///   - now: the time.
  /// - Returns: The key of the first certificate.
  /// - Throws: ``JOSEError`` with code `invalid_certificate` and why; `too_large` for too many or too large
  ///   certificates; `algorithm_mismatch` or `weak_key` when such a key cannot have the algorithm.
  public func verify(
    _ chain: [[UInt8]], algorithm: SignatureAlgorithm, keyID: String? = nil, at now: Timestamp
  ) async throws(JOSEError) -> CertifiedKey {
    guard !chain.isEmpty else { throw JOSEError(.invalidCertificate, "there is no certificate") }
    // One more than allowed may be the root.
    guard chain.count <= maximumCertificates + 1 else {
      throw JOSEError(
        .tooLarge, "\(chain.count) certificates; the limit is \(maximumCertificates) and a root")
    }
    let certificates = try Self.certificates(chain)
    let rules = ChainRules(name: name, purpose: purpose, maximumCertificates: maximumCertificates)
    let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
    var verifier = Verifier(rootCertificates: CertificateStore(roots)) {
      RFC5280Policy(fixedExpiryValidationTime: date)
      rules
    }
    let result = await verifier.validate(
      leaf: certificates[0], intermediates: CertificateStore(certificates.dropFirst()))
    guard case .validCertificate(let validated) = result else { throw Self.failure(result) }
    guard validated.count >= certificates.count, validated.count <= certificates.count + 1,
      zip(certificates, validated).allSatisfy({ $0 == $1 })
    else {
      throw JOSEError(.invalidCertificate, "the chain is out of order, or holds more than it needs")
    }
    let key = try CertificateKey.jwk(of: certificates[0], algorithm: algorithm, keyID: keyID)
    let end = validated.map { $0.notValidAfter.timeIntervalSince1970 }.min() ?? 0
    return CertifiedKey(
      key: key, verificationKey: try VerificationKey(key), chain: try validated.map(CertificateKey.der),
      expiresAt: Timestamp(seconds: Int64(end.rounded(.down))))
  }

  static func certificates(_ chain: [[UInt8]]) throws(JOSEError) -> [Certificate] {
    var certificates: [Certificate] = []
    for der in chain {
      guard der.count <= maximumCertificateBytes else {
        throw JOSEError(
          .tooLarge, "a certificate of \(der.count) bytes; the limit is \(maximumCertificateBytes)")
      }
      certificates.append(try CertificateKey.certificate(der))
    }
    return certificates
  }

  private static func failure(_ result: CertificateValidationResult) -> JOSEError {
    guard case .couldNotValidate(let failures) = result, let first = failures.first else {
      return JOSEError(
        .invalidCertificate, "no path to a root, or an extension that is critical and not understood")
    }
    return JOSEError(.invalidCertificate, String(first.policyFailureReason.description.prefix(300)))
  }
}

/// A key that a chain of certificates vouches for.
public struct CertifiedKey: Sendable {
  /// The public key, with its one algorithm.
  public let key: JWK
  /// The same, ready to check signatures.
  public let verificationKey: VerificationKey
  /// The chain in DER, from the key's own certificate to the root.
  public let chain: [[UInt8]]
  /// When the first of them expires: who keeps the key has to ask again then.
  public let expiresAt: Timestamp
}

extension JOSEError.Code {
  /// A certificate, or a chain of them, that is malformed or does not count.
  public static let invalidCertificate = Self(rawValue: "invalid_certificate")
}
