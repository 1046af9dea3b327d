internal import Crypto
internal import JOSE
internal import SwiftASN1
internal import X509

/// The key in a certificate.
enum CertificateKey {
  /// The key, as a JWK.
  /// - Throws: ``JOSEError`` with code `weak_key`, `unsupported_algorithm` or `algorithm_mismatch`.
  static func jwk(
    of certificate: Certificate, algorithm: SignatureAlgorithm?, keyID: String? = nil
  ) throws(JOSEError) -> JWK {
    try JWK(der: encoded(certificate.publicKey), algorithm: algorithm, keyID: keyID)
  }

  /// Whether the key is one that could sign tokens: RSA of 2048 bits or more, or a curve that is known.
  static func isStrong(_ certificate: Certificate) -> Bool {
    do throws(JOSEError) {
      _ = try jwk(of: certificate, algorithm: nil)
      return true
    } catch {
      return false
    }
  }

  /// The certificate that the bytes spell, in the one way there is.
  /// - Throws: ``JOSEError`` with code `invalid_certificate`.
  static func certificate(_ der: [UInt8]) throws(JOSEError) -> Certificate {
    do {
      let certificate = try Certificate(derEncoded: der)
      // Nobody signs how many bits of the signature are unused. RFC 5280 has signatures of whole bytes only.
      let parts = try DER.parse(der)
      guard case .constructed(let nodes) = parts.content, let last = Array(nodes).last,
        try ASN1BitString(derEncoded: last).paddingBits == 0
      else { throw JOSEError(.invalidCertificate, "a certificate whose signature is not whole bytes") }
      return certificate
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidCertificate, "not a certificate in DER (RFC 5280 §4.1)")
    }
  }

  /// The certificate in DER.
  static func der(_ certificate: Certificate) throws(JOSEError) -> [UInt8] {
    try encoded(certificate)
  }

  /// `x5t`: SHA-1, which names a certificate and protects nothing.
  static func sha1Thumbprint(_ der: [UInt8]) -> String {
    Base64URL.encode(Array(Insecure.SHA1.hash(data: der)))
  }

  /// `x5t#S256`.
  static func sha256Thumbprint(_ der: [UInt8]) -> String {
    Base64URL.encode(Array(SHA256.hash(data: der)))
  }

  private static func encoded(_ value: some DERSerializable) throws(JOSEError) -> [UInt8] {
    do {
      var serializer = DER.Serializer()
      try serializer.serialize(value)
      return serializer.serializedBytes
    } catch {
      throw JOSEError(.invalidCertificate, "a certificate that cannot be written")
    }
  }
}
