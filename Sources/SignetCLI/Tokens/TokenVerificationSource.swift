internal import JOSE
internal import SignetServer

/// Where the keys of a verification come from, and what they stand for.
protocol TokenVerificationSource {
  var issuer: String { get }
  var audience: String { get }
  /// The key for a token whose header names `keyID`.
  func key(named keyID: String?, algorithm: SignatureAlgorithm?) throws(JOSEError) -> VerificationKey
  /// Checks that need more than keys.
  func addChecks(of token: [UInt8], to checks: inout TokenChecks) async throws
}

/// A file of keys, and the caller's word for the rest.
struct KeyFileSource: TokenVerificationSource {
  let issuer: String
  let audience: String
  private let file: KeyFile

  init(_ file: KeyFile, issuer: String, audience: String) {
    self.file = file
    self.issuer = issuer
    self.audience = audience
  }

  func key(named keyID: String?, algorithm: SignatureAlgorithm?) throws(JOSEError) -> VerificationKey {
    try file.verificationKey(named: keyID, algorithm: algorithm)
  }

  /// A file knows of no revocation, so nothing can be said of one.
  func addChecks(of token: [UInt8], to checks: inout TokenChecks) async throws {}
}

/// The local authority: its published keys, and what it has revoked.
struct LocalAuthoritySource: TokenVerificationSource {
  let issuer: String
  let audience: String
  private let access: AuthorityAccess
  private let keys: JWKSet

  init(_ access: AuthorityAccess, issuer: String?, audience: String?) async throws {
    let answer = try await access.answer(to: .verificationKeys)
    guard case .verificationKeys(let own, let text) = answer else { throw AdministrationAnswer.unexpected }
    self.access = access
    self.issuer = issuer ?? own
    self.audience = audience ?? own
    keys = try JWKSet(parsing: Array(text.utf8))
  }

  func key(named keyID: String?, algorithm: SignatureAlgorithm?) throws(JOSEError) -> VerificationKey {
    guard let keyID else { throw JOSEError(.unknownKey, "the token names no key") }
    guard let key = keys[keyID] else {
      throw JOSEError(
        .unknownKey,
        "the authority publishes no key “\(keyID)”; for a resource's own secret give --jwks")
    }
    return try VerificationKey(key, algorithm: algorithm)
  }

  func addChecks(of token: [UInt8], to checks: inout TokenChecks) async throws {
    // Whether it is revoked is known only of a token that is the authority's own.
    guard checks.allPassed else { return }
    let request = AdministrationRequest.verdict(
      token: SecretText(String(decoding: token, as: UTF8.self)), audience: audience)
    guard case .verdict(let reason, let detail) = try await access.answer(to: request) else {
      throw AdministrationAnswer.unexpected
    }
    checks.add("revoked", reason == nil, reason == nil ? "no" : detail ?? "the authority refuses it")
  }
}
