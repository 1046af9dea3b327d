package import HummingbirdTokenVerification
package import JOSE
package import Logging
package import SignetAuthority
internal import TokenVerification

/// The authority at work: each operation sequences hash → write → sign, and decides nothing itself.
///
/// Each noun's folder adds its operations as an extension.
package struct AuthorityService: Sendable {
  package let authority: Authority
  package let storage: any AuthorityStorage
  package let hasher: PasswordHasher
  /// What signs now, and what is published.
  package let keys: CurrentKeys
  /// What has been revoked, as the storage's observer tells it: see
  /// ``RevocationState/observer(telling:clock:)``.
  package let revocations: RevocationState
  /// Who follows the log, told by the same observer.
  package let hub: RevocationHub
  package let metrics: AuthorityMetrics
  package let clock: @Sendable () -> Timestamp
  package let logger: Logger
  /// Whether a stop has begun.
  package let drain = DrainState()
  /// The hash that is checked where an account has none.
  let decoy: PasswordHash

  /// Opens the authority that `storage` holds: checks that database, keyring and configuration belong
  /// together, and loads its keys and its revocation log. `revocations` and `hub` are what the storage's
  /// observer feeds, `metrics` what its commit observer and `hasher` record in.
  ///
  /// Throws `OpeningError`, `SigningKeyError` or `StorageError`; each says what to do.
  package static func open(
    _ authority: Authority, storage: any AuthorityStorage, hasher: PasswordHasher,
    revocations: RevocationState, hub: RevocationHub = RevocationHub(),
    metrics: AuthorityMetrics = AuthorityMetrics(),
    clock: @escaping @Sendable () -> Timestamp, logger: Logger
  ) async throws -> AuthorityService {
    let hasOldSeals = try await storage.read { tx in
      _ = try authority.checkBelonging(in: tx)
      return try authority.hasOldSeals(in: tx)
    }
    if hasOldSeals { try await renewSeals(authority, storage: storage, at: clock(), logger: logger) }
    let stored = try await storage.read { tx in try tx.signingKeys() }
    let keys = try await withSecrets(authority, stored, storage: storage, at: clock())
    let feedKeys = try FeedKeys(issuer: authority.policy.issuer, keyring: authority.keyring)
    let readAt = hub.uptime()
    let head = try await revocations.load(from: storage, at: clock())
    hub.begin(
      at: head, readAt: readAt,
      as: FeedSource(keys: feedKeys, metrics: metrics.feed, clock: clock, uptime: hub.uptime, logger: logger))
    return AuthorityService(
      authority: authority, storage: storage, hasher: hasher, keys: CurrentKeys(keys),
      revocations: revocations, hub: hub, metrics: metrics, clock: clock, logger: logger,
      decoy: try await hasher.decoy())
  }

  /// The keyring has a new first line: seals under it what an older one has sealed.
  private static func renewSeals(
    _ authority: Authority, storage: any AuthorityStorage, at now: Timestamp, logger: Logger
  ) async throws {
    let count = try await storage.write { tx in
      try authority.renewSeals(origin: RequestOrigin(requestID: "start"), in: tx, at: now)
    }
    logger.notice("sealed under the keyring's first line", metadata: ["sealed": "\(count)"])
  }

  /// The keys of `stored`; the secrets that the configuration asks for, and that are missing, are made first.
  private static func withSecrets(
    _ authority: Authority, _ stored: [SigningKeyRecord], storage: any AuthorityStorage, at now: Timestamp
  ) async throws -> SigningKeys {
    guard authority.lacksSecrets(stored) else { return try authority.signingKeys(from: stored) }
    return try await storage.write { tx in
      try authority.makeMissingSecrets(origin: RequestOrigin(requestID: "start"), in: tx, at: now)
      return try authority.signingKeys(from: try tx.signingKeys())
    }
  }

  /// Signs what a login or a refresh issued. Only after the commit: what was never recorded must not exist.
  func sign(_ issued: IssuedTokens) throws -> SignedTokens {
    let signer = try keys.current.signer(of: issued.accessToken)
    let text = try JWT.sign(issued.accessToken.claims, type: "at+jwt", with: signer)
    return SignedTokens(accessToken: text, issued: issued)
  }
}

/// What a client gets from a login or a refresh. Its texts are secrets.
package struct SignedTokens: Sendable, CustomStringConvertible, CustomReflectable {
  /// The access token, a compact JWS.
  package let accessToken: String
  package let issued: IssuedTokens

  package var refreshToken: String { issued.refreshToken }

  package var description: String { "SignedTokens(session: \(issued.session.id), redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
