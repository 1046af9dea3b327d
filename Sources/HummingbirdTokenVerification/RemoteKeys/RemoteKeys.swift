public import JOSE
public import Logging
internal import Metrics
public import ServiceLifecycle
internal import Synchronization
public import TokenVerification

/// The keys of an issuer somewhere else, found by its URL alone and kept current while this service runs.
///
/// Add it to the application's services. It fetches when it starts, before the keys grow old, and when a
/// token names a key that it does not know; one fetch at a time, and none for a while after one. No request
/// waits for a fetch unless its key is missing. While fetches fail the last keys serve on, until 24 hours
/// after the issuer has sent them whole.
///
/// How old keys grow is the issuer's to say (`max-age`, RFC 9111), within half a minute and an hour; 5
/// minutes when it does not say. It is asked for news alone (`If-None-Match`, RFC 9110 §13.1.2), and for
/// everything twice a day. What it then sends takes the place of what was there: a key that it leaves out is
/// withdrawn, and one that cannot be read is passed over (RFC 7517 §5). Keys of several places:
/// ``MergedKeys``.
///
/// What it connects to (T23): https only, public addresses only, no redirects, at most 512 KiB and 10
/// seconds. An issuer whose URL names `localhost` or a loopback address may use plain http there. The address
/// is checked before the connection is made, and the connection is made to that address. Not covered: what an
/// address on the public internet passes on to, and proxies, which are not used.
public final class RemoteKeys: KeySource, Service {
  private struct State {
    var cache: KeyCache
    /// Which state of the key set the keys are from, as far as its server tells.
    var known: KeySetState?
    /// How many keys of the last whole set could not be read.
    var skipped = 0
    var lastError: String?
    /// A request was granted a fetch, which the service has not begun.
    var isFetchWanted = false
    /// The trace of that request.
    var trace: TraceContext?
    var isOver = false
  }

  private let issuer: String
  /// What these keys are, for the log.
  private let name: String
  private let fetch: @Sendable (KeySetState?) async throws -> IssuerFetch.Answer
  private let logger: Logger
  private let clock: @Sendable () -> Timestamp
  private let patience: Duration
  private let metrics: KeyMetrics
  private let state: Mutex<State>
  /// The mark of the keys, and until when they count, in milliseconds. Who is to see new keys by their later
  /// end has to see their mark: it is stored before, and loaded after.
  private let currentMark = Atomic(KeySnapshot.empty.mark.number)
  private let usableUntil = Atomic(Int64.min)
  /// Raised when there is something to fetch.
  let work = Signal()
  /// Raised when a fetch has ended.
  private let done = Signal()

  /// The keys of the issuer that `verifier` expects.
  /// - Parameters:
  ///   - verifier: names the issuer and the algorithms.
  ///   - keySetURL: where the key set is, for an issuer that publishes no metadata, or keys beside those that
  ///     its metadata names; nil to ask the metadata.
  ///   - allowsPrivateAddresses: whether the issuer, or its key set, may be in a private network.
  ///   - authorities: whose certificates its servers may have.
  ///   - logger: hears of every fetch.
  ///   - clock: the time by which keys grow old.
  /// - Throws: ``RemoteKeysError`` when the issuer, or the key set, has no URL that may be fetched, or the
  ///   policy allows a symmetric algorithm, whose key nobody can publish.
  public convenience init(
    for verifier: TokenVerifier, at keySetURL: String? = nil, allowsPrivateAddresses: Bool = false,
    authorities: CertificateAuthorities = .system, logger: Logger,
    clock: @escaping @Sendable () -> Timestamp = SystemClock.now
  ) throws {
    let fetch = try IssuerFetch(
      issuer: verifier.policy.issuer, keySetURL: keySetURL, allowsPrivateAddresses: allowsPrivateAddresses,
      authorities: authorities)
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
      "the issuer's keys", of: policy.issuer, metrics: KeyMetrics(of: policy.issuer, set: fetch.keySetName),
      algorithms: policy.algorithms, limits: limits, patience: patience, logger: logger, clock: clock,
      fetch: { try await fetch.answer(unlessStill: $0) })
  }

  /// Keys that `fetch` gets, which is told the state that is known.
  init(
    _ name: String, of issuer: String, metrics: KeyMetrics, algorithms: Set<SignatureAlgorithm>,
    limits: KeyCacheLimits = KeyCacheLimits(), patience: Duration = .seconds(12), logger: Logger,
    clock: @escaping @Sendable () -> Timestamp,
    fetch: @escaping @Sendable (KeySetState?) async throws -> IssuerFetch.Answer
  ) {
    self.name = name
    self.issuer = issuer
    self.metrics = metrics
    self.fetch = fetch
    self.logger = logger
    self.clock = clock
    self.patience = patience
    state = Mutex(State(cache: KeyCache(algorithms: algorithms, limits: limits)))
  }

  // MARK: KeySource

  /// The keys as known now. Takes a lock for as long as a copy takes; the middleware asks for it when
  /// something has changed.
  public var snapshot: KeySnapshot {
    let now = clock()
    return state.withLock { $0.cache.snapshot(at: now) }
  }

  /// How well these keys are known.
  public var health: KeyHealth {
    let now = clock()
    return state.withLock { KeyHealth($0.cache, skipped: $0.skipped, lastError: $0.lastError, at: now) }
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
      metrics.record(health)
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
    // What is not to be answered by “unchanged” is asked without a state.
    let known = state.withLock { $0.cache.asksForWhole ? nil : $0.known }
    do {
      let answer = try await fetch(known)
      let change = try take(answer)
      if let change { metrics.count(change) }
      logger.info(
        "fetched \(name)",
        metadata: [
          "issuer": "\(issuer)", "usable": "\(snapshot.count)", "epoch": "\(snapshot.epoch)",
          "skipped": "\(health.skipped)", "new": "\(change?.new ?? 0)", "gone": "\(change?.gone ?? 0)",
        ])
      metrics.count(change == nil ? .unchanged : .success)
    } catch {
      let problem = "\(error)".logLine()
      end { state, now in
        state.cache.fetchFailed(at: now)
        state.lastError = problem
      }
      guard !Task.isCancelled else { return }
      logger.warning(
        "could not fetch \(name)",
        metadata: ["issuer": "\(issuer)", "error": "\(problem)", "usable": "\(snapshot.count)"])
      metrics.count(.failure)
    }
  }

  /// Takes over what a fetch has brought.
  /// - Returns: What it changes; nil when the answer was “unchanged”.
  /// - Throws: ``RemoteKeysError`` when that is no answer to what was asked.
  private func take(_ answer: IssuerFetch.Answer) throws -> KeyChange? {
    let spread = Double.random(in: 0..<1)
    guard let keys = answer.keys else {
      let counts = end { state, now in
        let counts = state.cache.fetchConfirmed(maximumAge: answer.maximumAge, spread: spread, at: now)
        if counts { state.lastError = nil }
        return counts
      }
      guard counts else { throw RemoteKeysError("“unchanged” is no answer to who asks for everything") }
      return nil
    }
    return end { state, now in
      state.known = answer.state
      state.skipped = keys.skipped.count
      state.lastError = nil
      return state.cache.fetchSucceeded(keys, maximumAge: answer.maximumAge, spread: spread, at: now)
    }
  }

  /// Records how a fetch ended and wakes who waits for it, as one step: whoever waits has seen either none of
  /// it or all.
  private func end<Value: Sendable>(_ record: (inout State, Timestamp) -> Value) -> Value {
    let now = clock()
    return state.withLock { state in
      let value = record(&state, now)
      currentMark.store(state.cache.lastKnown.mark.number, ordering: .releasing)
      usableUntil.store(state.cache.usableUntil?.milliseconds ?? .min, ordering: .releasing)
      done.raise()
      return value
    }
  }
}

extension RemoteKeys: WatchedKeySource {
  package func isCurrent(_ snapshot: KeySnapshot) -> Bool {
    guard clock().milliseconds < usableUntil.load(ordering: .acquiring) else {
      return snapshot.mark == KeySnapshot.empty.mark
    }
    return snapshot.mark.number == currentMark.load(ordering: .acquiring)
  }
}
