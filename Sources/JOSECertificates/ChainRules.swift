internal import SwiftASN1
internal import X509

/// What a chain must satisfy beyond what every reader of certificates asks: uses of keys, strengths, names.
struct ChainRules: VerifierPolicy {
  let name: CertificatePolicy.Name?
  let purpose: CertificatePolicy.Purpose?
  let maximumCertificates: Int

  var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
    let names: [ASN1ObjectIdentifier] = [.X509ExtensionID.subjectAlternativeName]
    return purpose == nil ? names : names + [.X509ExtensionID.extendedKeyUsage]
  }

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    do throws(Refusal) {
      try check(chain)
      return .meetsPolicy
    } catch {
      let reason = error.reason
      return .failsToMeetPolicy(reason: reason)
    }
  }

  private struct Refusal: Error {
    let reason: String
  }

  private func check(_ chain: UnverifiedCertificateChain) throws(Refusal) {
    guard chain.count >= 2 else { throw Refusal(reason: "the key's certificate is itself a root") }
    guard chain.count <= maximumCertificates + 1 else { throw Refusal(reason: "the chain is too long") }
    try checkLeaf(chain.leaf)
    for certificate in chain.dropFirst() { try checkIssuer(certificate) }
    for certificate in chain.dropLast() where certificate.signatureAlgorithm == .sha1WithRSAEncryption {
      throw Refusal(reason: "a certificate is signed with SHA-1")
    }
    for certificate in chain where !CertificateKey.isStrong(certificate) {
      throw Refusal(reason: "a certificate's key is weak, or of a kind that is not supported")
    }
  }

  private func checkLeaf(_ leaf: Certificate) throws(Refusal) {
    // RFC 5280 §4.2.1.3.
    if let usage = try readExtension({ try leaf.extensions.keyUsage }), !usage.digitalSignature {
      throw Refusal(reason: "the certificate's key usage is not digitalSignature")
    }
    if case .isCertificateAuthority = try readExtension({ try leaf.extensions.basicConstraints }) {
      throw Refusal(reason: "the key's certificate is that of an authority")
    }
    if let purpose {
      let usages = try readExtension({ try leaf.extensions.extendedKeyUsage })
      guard usages?.contains(purpose.usage) ?? false else {
        throw Refusal(reason: "the certificate is not for \(purpose)")
      }
    }
    if let name {
      let names = try readExtension({ try leaf.extensions.subjectAlternativeNames })
      guard names?.contains(where: { name.matches($0) }) ?? false else {
        throw Refusal(reason: "the certificate does not have the expected name")
      }
    }
  }

  private func checkIssuer(_ certificate: Certificate) throws(Refusal) {
    guard let usage = try readExtension({ try certificate.extensions.keyUsage }) else { return }
    guard usage.keyCertSign else {
      throw Refusal(reason: "an issuer's key usage is not keyCertSign")
    }
  }

  private func readExtension<Value>(_ read: () throws -> Value) throws(Refusal) -> Value {
    do {
      return try read()
    } catch {
      throw Refusal(reason: "a certificate's extension is malformed")
    }
  }
}

extension CertificatePolicy.Name {
  fileprivate func matches(_ other: GeneralName) -> Bool {
    switch (self, other) {
    case (.dns(let expected), .dnsName(let name)):
      expected.utf8.elementsEqual(name.utf8) { Self.lowercased($0) == Self.lowercased($1) }
    case (.uri(let expected), .uniformResourceIdentifier(let name)),
      (.email(let expected), .rfc822Name(let name)):
      expected.utf8.elementsEqual(name.utf8)
    default: false
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    0x41...0x5A ~= byte ? byte | 0x20 : byte
  }
}

extension CertificatePolicy.Purpose {
  fileprivate var usage: ExtendedKeyUsage.Usage {
    switch self {
    case .serverAuthentication: .serverAuth
    case .clientAuthentication: .clientAuth
    case .codeSigning: .codeSigning
    case .emailProtection: .emailProtection
    }
  }
}
