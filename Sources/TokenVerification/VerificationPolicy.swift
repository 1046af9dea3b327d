public import JOSE

/// What a resource server expects of an access token (RFC 9068 §4). A policy that exists can protect
/// something.
///
/// The type is fixed by the profile: `at+jwt`, so that an ID token, a proof or a logout token of the same
/// issuer is never taken for an access token (RFC 8725 §3.11).
public struct VerificationPolicy: Sendable {
  /// The `iss` that a token must carry, compared as bytes.
  public let issuer: String
  /// The name of this resource server; one of the token's `aud` must equal it, byte for byte.
  public let audience: String
  /// The algorithms that a key may have; never empty.
  public let algorithms: Set<SignatureAlgorithm>
  /// How far the issuer's clock may be off, 0 to 60 seconds.
  public let leeway: Duration
  /// The longest token that is looked at, in bytes.
  public let maximumTokenBytes: Int

  let claims: ClaimsPolicy

  /// A policy. Nothing but the leeway and the size has a default, because a check that was forgotten is a
  /// check that is not made.
  /// - Parameters:
  ///   - issuer: what `iss` must be.
  ///   - audience: what `aud` must hold.
  ///   - algorithms: at least one.
  ///   - leeway: at most 60 seconds.
  ///   - maximumTokenBytes: clamped to 256...65,536.
  /// - Throws: ``JOSEError`` with code `invalid_policy` for an empty issuer or audience, no algorithm, or a
  ///   leeway out of its range.
  public init(
    issuer: String, audience: String, algorithms: Set<SignatureAlgorithm>, leeway: Duration = .zero,
    maximumTokenBytes: Int = 16_384
  ) throws(JOSEError) {
    claims = try ClaimsPolicy.accessToken(
      issuer: issuer, audience: audience, algorithms: algorithms, leeway: leeway)
    self.issuer = issuer
    self.audience = audience
    self.algorithms = algorithms
    self.leeway = leeway
    self.maximumTokenBytes = min(max(maximumTokenBytes, 256), 65_536)
  }
}
