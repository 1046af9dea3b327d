public import JOSE

extension CertificatePolicy {
  /// Validates the certificates of a JWK (RFC 7517 §4.7 to §4.9): its `x5c` must lead to a root and be about
  /// the same key; `x5t` and `x5t#S256`, where they are there, must name the first certificate.
  /// - Parameters:
  ///   - jwk: a key with `x5c`.
  ///   - algorithm: the algorithm, for a key that names none; else the same as the key's.
  ///   - now: the time.
  /// - Returns: The key.
  /// - Throws: ``JOSEError`` as ``verify(_:algorithm:keyID:at:)``; `algorithm_mismatch` when neither the key
  ///   nor the caller names an algorithm, or they differ; `invalid_key` when the key's `use` or `key_ops`
  ///   exclude verifying.
  public func verify(
    _ jwk: JWK, algorithm: SignatureAlgorithm? = nil, at now: Timestamp
  ) async throws(JOSEError) -> CertifiedKey {
    // The key's own rules: its algorithm, its use.
    let own = try VerificationKey(jwk, algorithm: algorithm)
    let certified = try await verify(
      jwk.certificates, algorithm: own.algorithm, keyID: jwk.keyID, at: now)
    guard certified.key.thumbprint() == jwk.thumbprint() else {
      throw JOSEError(.invalidCertificate, "the first certificate is about another key")
    }
    return certified
  }

  /// Validates the certificates in a token's header (RFC 7515 §4.1.6 to §4.1.8), for a profile that has them
  /// there: then whoever holds a certificate under these roots, with the policy's name and purpose, is
  /// believed.
  ///
  /// The token itself is not checked here: that is for the key, with ``CompactJWS/verify(with:)`` or
  /// ``JWT/verify(_:with:policy:at:)``.
  /// - Parameters:
  ///   - jws: a token whose header has `x5c`.
  ///   - algorithm: the one algorithm that is accepted.
  ///   - now: the time.
  /// - Returns: The key that the token has to be signed with.
  /// - Throws: ``JOSEError`` as ``verify(_:algorithm:keyID:at:)``.
  public func verify(
    headerOf jws: CompactJWS, algorithm: SignatureAlgorithm, at now: Timestamp
  ) async throws(JOSEError) -> CertifiedKey {
    try await verify(
      KeyCertificates(in: jws.header.json), algorithm: algorithm, keyID: jws.header.keyID, at: now)
  }

  private func verify(
    _ certificates: KeyCertificates?, algorithm: SignatureAlgorithm, keyID: String?, at now: Timestamp
  ) async throws(JOSEError) -> CertifiedKey {
    guard let certificates, let first = certificates.chain.first else {
      throw JOSEError(.invalidCertificate, "there is no x5c")
    }
    let certified = try await verify(
      certificates.chain, algorithm: algorithm, keyID: keyID, at: now)
    if let thumbprint = certificates.sha1Thumbprint {
      guard thumbprint.utf8.elementsEqual(CertificateKey.sha1Thumbprint(first).utf8) else {
        throw JOSEError(.invalidCertificate, "x5t does not name the first certificate")
      }
    }
    if let thumbprint = certificates.sha256Thumbprint {
      guard thumbprint.utf8.elementsEqual(CertificateKey.sha256Thumbprint(first).utf8) else {
        throw JOSEError(.invalidCertificate, "x5t#S256 does not name the first certificate")
      }
    }
    return certified
  }
}
