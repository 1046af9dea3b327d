public import JOSE
public import Logging
internal import Metrics
public import ServiceLifecycle
internal import Synchronization
public import TokenVerification

/// The keys of an issuer somewhere else, found by its URL alone and kept current while this service runs.
///
/// Add it to the application's services. It fetches when it starts, when the keys grow old, and when a token
/// names a key that it does not know; one fetch at a time, and none for a while after one. While fetches fail
/// the last keys serve on, for at most 24 hours.
///
/// What it connects to (T23): https only, public addresses only, no redirects, at most 512 KiB and 10
/// seconds. An issuer whose URL names `localhost` or a loopback address may use plain http there. The address
/// is checked before the connection is made, and the connection is made to that address. Not covered: what an
/// address on the public internet passes on to, and proxies, which are not used.
public final class RemoteKeys: KeySource, Service {
  private struct State {
    var cache: KeyCache
    /// A request was granted a fetch, which the service has not begun.
    var isFetchWanted = false
    /// The trace of that request.
    var trace: TraceContext?
    var isOver = false
  }

  private let issuer: String
  /// What these keys are, for the log.
  private let name: String
  private let fetch: @Sendable () async throws -> IssuerFetch.Answer
  private let logger: Logger
  private let clock: @Sendable () -> Timestamp
  private let patience: Duration
  private let state: Mutex<State>
  /// Raised when there is something to fetch.
  let work = Signal()
  /// Raised when a fetch has ended.
  private let done = Signal()

  /// The keys of the issuer that `verifier` expects.
  /// - Parameters:
  ///   - verifier: names the issuer and the algorithms.
  ///   - allowsPrivateAddresses: whether the issuer, or its key set, may be in a private network.
  ///   - logger: hears of every fetch.
  ///   - clock: the time by which keys grow old.
  /// - Throws: ``RemoteKeysError`` when the issuer is not a URL that may be fetched, or the policy allows a
  ///   symmetric algorithm, whose key nobody can publish.
  public convenience init(
    for verifier: TokenVerifier, allowsPrivateAddresses: Bool = false, logger: Logger,
    clock: @escaping @Sendable () -> Timestamp = SystemClock.now
  ) throws {
    let fetch = try IssuerFetch(
      issuer: verifier.policy.issuer, allowsPrivateAddresses: allowsPrivateAddresses)
    try self.init(for: verifier.policy, fetch: fetch, limits: KeyCacheLimits(), logger: logger, clock: clock)
  }

  convenience init(
    for policy: VerificationPolicy, fetch: IssuerFetch, limits: KeyCacheLimits,
    patience: Duration = .seconds(12), logger: Logger, clock: @escaping @Sendable () -> Timestamp
  ) throws(RemoteKeysError) {
    guard policy.algorithms.allSatisfy(\.isAsymmetric) else {
      throw RemoteKeysError("a symmetric algorithm has no key that could be published")
    }
    self.init(
      "the issuer's keys", of: policy.issuer, algorithms: policy.algorithms, limits: limits,
      patience: patience, logger: logger, clock: clock, fetch: { try await fetch.answer() })
  }

  /// Keys that `fetch` gets.
  init(
    _ name: String, of issuer: String, algorithms: Set<SignatureAlgorithm>,
    limits: KeyCacheLimits = KeyCacheLimits(), patience: Duration = .seconds(12), logger: Logger,
    clock: @escaping @Sendable () -> Timestamp,
    fetch: @escaping @Sendable () async throws -> IssuerFetch.Answer
  ) {
    self.name = name
    self.issuer = issuer
    self.fetch = fetch
    self.logger = logger
    self.clock = clock
    self.patience = patience
    state = Mutex(State(cache: KeyCache(algorithms: algorithms, limits: limits)))
  }

  // MARK: KeySource

  public var snapshot: KeySnapshot {
    let now = clock()
    return state.withLock { $0.cache.snapshot(at: now) }
  }

  /// The keys, after the fetch that `keyID` has caused or that was under way. The fetch belongs to the trace
  /// of the request that caused it.
  ///
  /// Before the service runs, this waits for its first fetch; when it has ended, not at all.
  public func snapshot(afterMissing keyID: String) async -> KeySnapshot {
    let now = clock()
    let (answer, count) = state.withLock { state -> (KeyCache.Answer, Int) in
      guard !state.isOver else { return (.refuse, 0) }
      let answer = state.cache.missed(keyID, at: now)
      if answer == .fetch {
        state.isFetchWanted = true
        state.trace = TraceContext.current
      }
      return (answer, done.count)
    }
    switch answer {
    case .ready, .refuse: break
    case .fetch:
      work.raise()
      await done.wait(past: count, atMost: patience)
    case .wait: await done.wait(past: count, atMost: patience)
    }
    return snapshot
  }

  /// The issuer is known to have other keys by now: they are fetched as soon as the cool-down allows.
  func keysHaveChanged() {
    state.withLock { $0.cache.keysHaveChanged() }
    work.raise()
  }

  // MARK: Service

  /// Keeps the keys current until the task is cancelled or the service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await self.keepCurrent() }
  }

  /// Keeps the keys current until the task is cancelled.
  func keepCurrent() async {
    while !Task.isCancelled {
      let count = work.count
      if let pause = pauseBeforeFetch() {
        await work.wait(past: count, atMost: pause)
      } else {
        await TraceContext.$current.withValue(takeTrace()) { await fetchOnce() }
      }
    }
    state.withLock { state in
      state.isOver = true
      done.raise()
    }
  }

  /// How long there is nothing to fetch; nil when a fetch has been begun. At most a minute, so that a clock
  /// that jumps is noticed.
  private func pauseBeforeFetch() -> Duration? {
    let now = clock()
    return state.withLock { state in
      if state.isFetchWanted || state.cache.refreshIsDue(at: now) {
        state.isFetchWanted = false
        return nil
      }
      let due = state.cache.nextRefresh(at: now) ?? now
      return min(max(due - now, .milliseconds(1)), .seconds(60))
    }
  }

  /// The trace of the request that the fetch is for; nil when it is due by itself.
  private func takeTrace() -> TraceContext? {
    state.withLock { state in
      defer { state.trace = nil }
      return state.trace
    }
  }

  private func fetchOnce() async {
    do {
      let answer = try await fetch()
      end { $0.fetchSucceeded(answer.keys, maximumAge: answer.maximumAge, at: $1) }
      logger.info(
        "fetched \(name)",
        metadata: [
          "issuer": "\(issuer)", "usable": "\(snapshot.count)", "epoch": "\(snapshot.epoch)",
          "skipped": "\(answer.keys.skipped.count)",
        ])
      count(outcome: "success")
    } catch {
      end { $0.fetchFailed(at: $1) }
      guard !Task.isCancelled else { return }
      logger.warning(
        "could not fetch \(name)",
        metadata: [
          "issuer": "\(issuer)", "error": "\("\(error)".logLine())", "usable": "\(snapshot.count)",
        ])
      count(outcome: "failure")
    }
  }

  /// Records how a fetch ended and wakes who waits for it, as one step: whoever waits has seen either none of
  /// it or all.
  private func end(_ record: (inout KeyCache, Timestamp) -> Void) {
    let now = clock()
    state.withLock { state in
      record(&state.cache, now)
      done.raise()
    }
  }

  private func count(outcome: String) {
    Counter(label: "token_verification_key_fetches", dimensions: [("outcome", outcome)]).increment()
  }
}
