package import JOSE

/// When to fetch an issuer's keys, and how long to believe them: a state machine without I/O.
///
/// The shell tells it what happened and does what it answers. It allows one fetch at a time; after a fetch,
/// whether it succeeded or failed, it allows none for a while, so that tokens with invented key names cannot
/// make this process hammer the issuer; and when fetches fail it keeps the keys that it has, up to a hard
/// limit, which counts from when they were last sent whole.
package struct KeyCache: Sendable {
  /// What to do about a key that is not in the snapshot.
  package enum Answer: Hashable, Sendable {
    /// The keys have changed meanwhile and the key is there: read the snapshot again.
    case ready
    /// Fetch the key set now, and report how it went.
    case fetch
    /// A fetch is under way: wait for its end, then read the snapshot again.
    case wait
    /// No fetch is allowed now: the key counts as unknown.
    case refuse
  }

  private let algorithms: Set<SignatureAlgorithm>
  private let limits: KeyCacheLimits

  private var keys: KeySnapshot = .empty
  private var published: PublishedKeys?
  private var isFetching = false
  /// The issuer's keys are known to have changed since a fetch last began, or the last that asked for them
  /// whole has failed: nobody knows whether these are still its keys.
  private var isOutdated = false
  private var success: Success?
  private var coolDown: CoolDown?
  private var failures = 0

  /// When the issuer last sent its key set whole.
  private var wholeAt: Timestamp?
  /// Whether the fetch that is under way, or was last, must not be answered by “unchanged”.
  package private(set) var asksForWhole = true
  /// When fetches began to fail; nil while the last one succeeded, and before the first.
  package private(set) var failingSince: Timestamp?

  /// The last successful fetch.
  private struct Success {
    let at: Timestamp
    let freshFor: Duration
    /// How long after it the next one is due; see ``KeyCacheLimits/refreshAhead``.
    let refreshAfter: Duration
  }

  /// The time after a fetch in which none is allowed.
  private struct CoolDown {
    let start: Timestamp
    let end: Timestamp

    /// A clock that was set back behind the start ends it too: else it might last for hours.
    func covers(_ now: Timestamp) -> Bool {
      start <= now && now < end
    }
  }

  /// A cache without keys.
  /// - Parameters:
  ///   - algorithms: which keys are usable.
  ///   - limits: the times to keep to.
  package init(algorithms: Set<SignatureAlgorithm>, limits: KeyCacheLimits = KeyCacheLimits()) {
    self.algorithms = algorithms
    self.limits = limits
  }

  /// The keys to check tokens with: the last ones fetched, and none from ``usableUntil`` on.
  package func snapshot(at now: Timestamp) -> KeySnapshot {
    guard let usableUntil, now < usableUntil else { return .empty }
    return keys
  }

  /// The keys as they were last fetched, whatever their age.
  package var lastKnown: KeySnapshot { keys }

  /// When ``snapshot(at:)`` becomes empty unless the issuer sends its keys whole; nil when it never has.
  ///
  /// “Unchanged” does not put it off: whoever goes on saying that would keep a withdrawn key alive. It only
  /// comes earlier, when the clock was set back meanwhile.
  package var usableUntil: Timestamp? {
    guard let success, let wholeAt else { return nil }
    return min(success.at, wholeAt) + limits.hardLimit
  }

  /// When a fetch last succeeded; nil when none has.
  package var heardAt: Timestamp? { success?.at }

  /// Whether the keys are no older than the issuer lets them become.
  package func isFresh(at now: Timestamp) -> Bool {
    guard let success else { return false }
    return now - success.at < success.freshFor
  }

  // MARK: Events

  /// A token named a key that its snapshot did not have.
  package mutating func missed(_ keyID: String, at now: Timestamp) -> Answer {
    if snapshot(at: now)[keyID] != nil { return .ready }
    if isFetching { return .wait }
    return startFetch(at: now) ? .fetch : .refuse
  }

  /// The issuer is known to have other keys by now: they are fetched as soon as a fetch is allowed.
  package mutating func keysHaveChanged() {
    isOutdated = true
  }

  /// The time that ``nextRefresh(at:)`` named has come.
  /// - Returns: whether to fetch now.
  package mutating func refreshIsDue(at now: Timestamp) -> Bool {
    guard let due = nextRefresh(at: now), due <= now else { return false }
    return startFetch(at: now)
  }

  /// A fetch ended with a key set, which takes the place of the one before: a key that it leaves out is
  /// withdrawn.
  /// - Parameters:
  ///   - set: the key set.
  ///   - maximumAge: how long the issuer says that it may be kept; nil when it does not say.
  ///   - spread: a random number from 0 to 1, which spreads the next fetches of many processes.
  ///   - now: when it had arrived.
  /// - Returns: What has changed.
  @discardableResult
  package mutating func fetchSucceeded(
    _ set: JWKSet, maximumAge: Duration?, spread: Double = 0, at now: Timestamp
  ) -> KeyChange {
    let before = published
    let after = PublishedKeys(set)
    if after.text != before?.text {
      keys = KeySnapshot(epoch: keys.epoch + 1, keys: set, algorithms: algorithms)
    }
    published = after
    wholeAt = now
    succeed(freshFor: freshness(maximumAge ?? limits.defaultFreshness), spread: spread, at: now)
    return KeyChange(from: before, to: after)
  }

  /// A fetch ended with “unchanged” (304, RFC 9110 §15.4.5): the keys are as fresh as fetched anew, but
  /// ``usableUntil`` stays.
  ///
  /// It is no answer when there are no keys, or when the fetch has asked for them whole (``asksForWhole``):
  /// then nothing changes, and ``fetchFailed(at:)`` is what is to be reported.
  /// - Parameters:
  ///   - maximumAge: how long the issuer says that they may be kept; nil: as before (RFC 9111 §4.3.4).
  ///   - spread: as in ``fetchSucceeded(_:maximumAge:spread:at:)``.
  ///   - now: when it had arrived.
  /// - Returns: Whether the answer counts.
  package mutating func fetchConfirmed(maximumAge: Duration?, spread: Double = 0, at now: Timestamp) -> Bool {
    guard let success, !asksForWhole else { return false }
    succeed(freshFor: maximumAge.map(freshness) ?? success.freshFor, spread: spread, at: now)
    return true
  }

  /// A fetch ended without a key set. The cool-down doubles with every failure in a row.
  ///
  /// One that asked for the whole set is followed by others that do, until one has arrived.
  package mutating func fetchFailed(at now: Timestamp) {
    if asksForWhole { isOutdated = true }
    let doubled = limits.coolDownAfterFailure.lowerBound * (1 << min(failures, 16))
    failures += 1
    failingSince = failingSince ?? now
    endFetch(at: now, coolDown: min(doubled, limits.coolDownAfterFailure.upperBound))
  }

  private func freshness(_ maximumAge: Duration) -> Duration {
    min(max(maximumAge, limits.freshness.lowerBound), limits.freshness.upperBound)
  }

  private mutating func succeed(freshFor: Duration, spread: Double, at now: Timestamp) {
    let ahead = limits.refreshAhead
    let lead = ahead.lowerBound + (ahead.upperBound - ahead.lowerBound) * min(max(spread, 0), 1)
    success = Success(at: now, freshFor: freshFor, refreshAfter: freshFor * (1 - lead))
    failures = 0
    failingSince = nil
    endFetch(at: now, coolDown: limits.coolDownAfterSuccess)
  }

  // MARK: Time

  /// When the keys should be fetched again although nobody has missed one: before they are too old; nil while
  /// a fetch is under way.
  package func nextRefresh(at now: Timestamp) -> Timestamp? {
    guard !isFetching else { return nil }
    let allowed = coolDown.map { $0.covers(now) ? $0.end : now } ?? now
    guard let success, success.at <= now, failures == 0, !isOutdated else { return allowed }
    return max(success.at + success.refreshAfter, allowed)
  }

  private mutating func startFetch(at now: Timestamp) -> Bool {
    guard !isFetching, !(coolDown?.covers(now) ?? false) else { return false }
    // “Unchanged” is a word of the issuer's server, or of a cache before it, that nobody can check: it is not
    // taken when the keys are known to have changed, or when half their time is over: the other half is for
    // an issuer that fails just then.
    asksForWhole = isOutdated || !isWholeRecent(at: now)
    isOutdated = false
    isFetching = true
    return true
  }

  private func isWholeRecent(at now: Timestamp) -> Bool {
    guard let wholeAt, wholeAt <= now else { return false }
    return now - wholeAt < limits.hardLimit / 2
  }

  private mutating func endFetch(at now: Timestamp, coolDown duration: Duration) {
    isFetching = false
    coolDown = CoolDown(start: now, end: now + duration)
  }
}

/// The times that a ``KeyCache`` keeps to.
package struct KeyCacheLimits: Hashable, Sendable {
  /// What an issuer's `max-age` is brought into.
  package var freshness: ClosedRange<Duration> = .seconds(30) ... .seconds(3600)
  /// How long keys are fresh when the issuer does not say.
  package var defaultFreshness: Duration = .seconds(300)
  /// How long before the end of their freshness keys are fetched again, as parts of it: a random number of
  /// these, so that many processes do not ask all at once.
  package var refreshAhead: ClosedRange<Double> = 0.05...0.2
  /// How long after a successful fetch an unknown key causes none.
  package var coolDownAfterSuccess: Duration = .seconds(30)
  /// How long after a failed fetch there is none: the first, and the most after doubling.
  package var coolDownAfterFailure: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
  /// How old keys may get since the issuer has sent them whole; then every token is refused. An issuer that
  /// revokes a key counts on it. When half of it is over, the whole set is asked for.
  package var hardLimit: Duration = .seconds(86_400)

  /// The default times.
  package init() {}
}
