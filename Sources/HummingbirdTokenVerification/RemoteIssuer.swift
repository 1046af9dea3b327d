internal import JOSE
public import Logging
public import ServiceLifecycle
public import TokenVerification

/// An issuer somewhere else, found by its URL alone: its keys, and what it has revoked, both kept current
/// while this service runs.
///
/// ```swift
/// let issuer = try RemoteIssuer(for: verifier, logger: logger)
/// router.add(middleware: TokenMiddleware(issuer: issuer))
/// let application = Application(router: router, services: [issuer], logger: logger)
/// ```
public final class RemoteIssuer: Service {
  /// What is expected of the issuer's tokens.
  public let verifier: TokenVerifier
  /// The issuer's keys. Their ``RemoteKeys/health`` belongs into an application's readiness.
  public let keys: RemoteKeys
  /// What the issuer has revoked. Its ``RevocationState/health`` belongs into an application's readiness.
  public let revocations: RevocationState

  private let subscription: RevocationSubscription?

  /// The issuer that `verifier` expects.
  /// - Parameters:
  ///   - verifier: names the issuer and the algorithms.
  ///   - revocations: how revocations are learnt; by the issuer's feed unless it is said that there is none.
  ///   - allowsPrivateAddresses: whether the issuer, its key set or its feed may be in a private network.
  ///   - authorities: whose certificates its servers may have.
  ///   - logger: hears of every fetch, and of what goes wrong.
  /// - Throws: ``RemoteKeysError`` when the issuer is not a URL that may be fetched, or the policy allows a
  ///   symmetric algorithm, whose key nobody can publish.
  public convenience init(
    for verifier: TokenVerifier, revocations: RevocationSource = .feed, allowsPrivateAddresses: Bool = false,
    authorities: CertificateAuthorities = .system, logger: Logger
  ) throws {
    let fetch = try IssuerFetch(
      issuer: verifier.policy.issuer, allowsPrivateAddresses: allowsPrivateAddresses,
      authorities: authorities)
    try self.init(for: verifier, revocations: revocations, fetch: fetch, logger: logger)
  }

  init(
    for verifier: TokenVerifier, revocations source: RevocationSource, fetch: IssuerFetch,
    limits: FeedLimits = FeedLimits(), logger: Logger,
    clocks: @escaping @Sendable () -> ClockReading = SystemClock.reading
  ) throws {
    self.verifier = verifier
    keys = try RemoteKeys(
      for: verifier.policy, fetch: fetch, limits: KeyCacheLimits(), logger: logger, clock: { clocks().time })
    switch source.kind {
    case .none:
      subscription = nil
      revocations = .none
    case .feed(let staleness, let secret):
      let subscription = try RevocationSubscription(
        fetch: fetch, keys: keys, staleness: staleness, secret: secret, limits: limits, logger: logger,
        clocks: clocks)
      self.subscription = subscription
      revocations = subscription.state
    }
  }

  /// Keeps keys and revocations current until the task is cancelled or the service group shuts down.
  public func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.keys.run() }
      if let subscription { group.addTask { try await subscription.run() } }
      try await group.waitForAll()
    }
  }
}
