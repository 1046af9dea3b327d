import Crypto
import CryptoExtras
import Foundation
import JOSE
import JOSECertificates
import SwiftASN1
import X509

/// Authorities and certificates, made for the tests.
struct TestAuthority {
  let certificate: Certificate
  let key: Certificate.PrivateKey
  let name: DistinguishedName

  static let start = Timestamp(seconds: 1_800_000_000)
  static let end = Timestamp(seconds: 1_900_000_000)

  /// A root, which certifies itself.
  static func root(_ name: String = "root", until end: Timestamp = end) throws -> TestAuthority {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let subject = try DistinguishedName { CommonName(name) }
    let certificate = try Self.certificate(
      key.publicKey, subject: subject, issuer: subject, by: key, until: end,
      extensions: Self.authorityExtensions())
    return TestAuthority(certificate: certificate, key: key, name: subject)
  }

  /// An authority that this one certifies.
  func intermediate(
    _ name: String = "intermediate", until end: Timestamp = end,
    extensions: Certificate.Extensions? = nil
  ) throws -> TestAuthority {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let subject = try DistinguishedName { CommonName(name) }
    let certificate = try Self.certificate(
      key.publicKey, subject: subject, issuer: self.name, by: self.key, until: end,
      extensions: extensions ?? Self.authorityExtensions())
    return TestAuthority(certificate: certificate, key: key, name: subject)
  }

  /// A certificate for a key that signs.
  func leaf(
    _ key: Certificate.PublicKey, until end: Timestamp = end, extensions: Certificate.Extensions? = nil,
    signatureAlgorithm: Certificate.SignatureAlgorithm? = nil
  ) throws -> Certificate {
    try Self.certificate(
      key, subject: DistinguishedName { CommonName("leaf") }, issuer: name, by: self.key, until: end,
      extensions: extensions ?? Self.leafExtensions(), signatureAlgorithm: signatureAlgorithm)
  }

  static func authorityExtensions(pathLength: Int? = nil) throws -> Certificate.Extensions {
    try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: pathLength))
      Critical(KeyUsage(keyCertSign: true))
    }
  }

  static func leafExtensions(
    usage: KeyUsage = KeyUsage(digitalSignature: true)
  ) throws -> Certificate.Extensions {
    try Certificate.Extensions {
      Critical(BasicConstraints.notCertificateAuthority)
      Critical(usage)
      Critical(
        SubjectAlternativeNames([
          .dnsName("signer.example.com"), .uniformResourceIdentifier("https://id.example.com"),
          .rfc822Name("signer@example.com"),
        ]))
      try ExtendedKeyUsage([.clientAuth])
    }
  }

  private static func certificate(
    _ key: Certificate.PublicKey, subject: DistinguishedName, issuer: DistinguishedName,
    by issuerKey: Certificate.PrivateKey, until end: Timestamp, extensions: Certificate.Extensions,
    signatureAlgorithm: Certificate.SignatureAlgorithm? = nil
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
      notValidBefore: Date(timeIntervalSince1970: Double(start.seconds)),
      notValidAfter: Date(timeIntervalSince1970: Double(end.seconds)), issuer: issuer, subject: subject,
      signatureAlgorithm: signatureAlgorithm ?? .ecdsaWithSHA256,
      extensions: extensions, issuerPrivateKey: issuerKey)
  }
}

extension Certificate {
  var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

/// A root, an authority under it, and a certificate for a key that signs tokens.
struct TestChain {
  let root: TestAuthority
  let intermediate: TestAuthority
  let leaf: Certificate
  let jwk: JWK

  static let now = TestAuthority.start + .seconds(1000)

  init(extensions: Certificate.Extensions? = nil) throws {
    let key = P256.Signing.PrivateKey()
    root = try .root()
    intermediate = try root.intermediate()
    leaf = try intermediate.leaf(Certificate.PublicKey(key.publicKey), extensions: extensions)
    jwk = try JWK(pem: key.pemRepresentation, algorithm: .es256, keyID: "k")
  }

  var chain: [[UInt8]] { get throws { [try leaf.der, try intermediate.certificate.der] } }

  func policy() throws -> CertificatePolicy { try CertificatePolicy(roots: [root.certificate.der]) }
}

/// The code with which `body` refuses; nil when it accepts.
func refusal<Value>(_ body: () async throws -> Value) async -> JOSEError.Code? {
  do {
    _ = try await body()
    return nil
  } catch let error as JOSEError {
    return error.code
  } catch {
    return JOSEError.Code(rawValue: "not a JOSEError: \(error)")
  }
}
