internal import JOSE
public import Logging
public import ServiceLifecycle
internal import Synchronization
internal import TokenVerification

/// Hears an issuer's revocation feed while this service runs, and keeps a ``RevocationState`` up with it.
///
/// It follows the feed's stream from where it was, asks for the snapshot when something is missing, and
/// connects again when the stream ends, goes wrong or falls silent, after a pause that grows up to 10 seconds
/// and differs from one process to the next. Where streams do not pass it asks for batches one by one, and at
/// last for snapshots. What comes is believed when a key of the feed has signed it. What it connects to: see
/// ``RemoteKeys``.
public final class RevocationSubscription: Service {
  /// What it has heard, for the middleware and for the application's readiness.
  public let state: RevocationState

  private let fetch: IssuerFetch
  private let verifier: RevocationBatchVerifier
  private let feedKeys: RemoteKeys
  private let issuerKeys: RemoteKeys?
  private let secret: FeedSecret?
  private let limits: FeedLimits
  private let clocks: @Sendable () -> ClockReading
  private let logger: Logger
  private let metrics = RevocationMetrics()
  private let place: FeedPlace

  /// A subscription to the feed of `issuer`.
  /// - Parameters:
  ///   - issuer: the issuer's URL.
  ///   - keys: the issuer's keys, which are fetched anew when the feed tells that one of them is revoked.
  ///   - staleness: what becomes of good tokens while the feed is not heard.
  ///   - secret: what the feed asks for; nil when it is public.
  ///   - allowsPrivateAddresses: whether the issuer, or its feed, may be in a private network.
  ///   - authorities: whose certificates its servers may have.
  ///   - logger: hears of what goes wrong.
  /// - Throws: ``RemoteKeysError`` when the issuer is not a URL that may be fetched.
  public convenience init(
    issuer: String, keys: RemoteKeys? = nil, staleness: StalenessPolicy = .deny, secret: FeedSecret? = nil,
    allowsPrivateAddresses: Bool = false, authorities: CertificateAuthorities = .system, logger: Logger
  ) throws {
    try self.init(
      fetch: IssuerFetch(
        issuer: issuer, allowsPrivateAddresses: allowsPrivateAddresses, authorities: authorities), keys: keys,
      staleness: staleness, secret: secret, logger: logger)
  }

  init(
    fetch: IssuerFetch, keys: RemoteKeys?, staleness: StalenessPolicy, secret: FeedSecret? = nil,
    limits: FeedLimits = FeedLimits(), keyLimits: KeyCacheLimits = KeyCacheLimits(), logger: Logger,
    clocks: @escaping @Sendable () -> ClockReading = SystemClock.reading
  ) throws {
    let place = FeedPlace(fetch: fetch, isSecret: secret != nil)
    self.fetch = fetch
    self.place = place
    self.secret = secret
    self.limits = limits
    self.clocks = clocks
    self.logger = logger
    issuerKeys = keys
    verifier = try RevocationBatchVerifier(issuer: fetch.issuer)
    state = RevocationState(following: fetch.issuer, staleness: staleness, clocks: clocks)
    feedKeys = RemoteKeys(
      "the keys of the issuer's revocation feed", of: fetch.issuer,
      metrics: KeyMetrics(of: fetch.issuer, set: "feed"), algorithms: RevocationBatchVerifier.algorithms,
      limits: keyLimits,
      patience: limits.time + .seconds(2), logger: logger,
      clock: { clocks().time },
      fetch: { try await fetch.feedKeys(of: place.url(), secret: secret, unlessStill: $0) })
  }

  // MARK: Service

  /// Hears the feed until the task is cancelled or the service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.feedKeys.keepCurrent() }
        group.addTask { await self.report() }
        group.addTask { await self.follow() }
        await group.waitForAll()
      }
    }
  }

  private func follow() async {
    var plan = FeedPlan()
    while !Task.isCancelled {
      let began = clocks().uptime
      let outcome = await attempt(plan.begin(at: began))
      if Task.isCancelled { return }
      let pause = plan.end(outcome, after: clocks().uptime - began, random: .random(in: 0..<1))
      note(outcome, of: plan)
      // An issuer may have moved its feed.
      if plan.failuresInARow > 1 { place.forget() }
      // A cancelled sleep has done what it is for.
      do { try await Task.sleep(for: pause) } catch {}
    }
  }

  private func attempt(_ way: FeedPlan.Way) async -> FeedPlan.Outcome {
    do {
      let requests = FeedRequests(
        feed: try await place.url(), client: fetch.client, secret: secret, limits: limits)
      switch way {
      case .stream:
        return await requests.stream(after: state.view.position) { [self] token in
          let before = state.health.asOf
          // A node that has lost its database goes on saying what it knew: that is no news.
          return try await take(token, from: requests) && state.health.asOf != before
        }
      case .poll:
        let before = state.view.position
        guard try await take(requests.poll(after: before, waiting: patience), from: requests) else {
          throw RevocationFeedError(
            "the log has begun another life, and the batch is no younger than the old one")
        }
        return FeedPlan.Outcome(broughtNews: true, hasMore: state.view.position != before)
      case .snapshot:
        try await takeSnapshot(from: requests)
        return FeedPlan.Outcome(broughtNews: true)
      }
    } catch {
      return FeedPlan.Outcome(broughtNews: false, error: error)
    }
  }

  /// How long a question may wait for its answer: news has to come before what is known is stale.
  private var patience: Int64 {
    min(max(state.staleness.maximum.components.seconds / 2, 1), 25)
  }

  // MARK: Batches

  /// Takes in what a batch says, and what is missing before it.
  /// - Returns: Whether it was news. A batch that would begin another life of the log within the second of
  ///   the last news is none: one that comes later will be.
  private func take(_ token: [UInt8], from requests: FeedRequests) async throws -> Bool {
    let keys = try await keys(for: token)
    let batch = try verifier.verify(token, with: keys, at: clocks().time)
    switch try receive(batch) {
    case .applied: return true
    case .refused: return false
    case .needsSnapshot:
      try await takeSnapshot(from: requests)
      guard try receive(batch) == .applied else {
        throw RevocationFeedError("the snapshot does not reach what was heard before")
      }
      return true
    }
  }

  private func takeSnapshot(from requests: FeedRequests) async throws {
    let snapshot = try await requests.snapshot()
    let token = Array(snapshot.prefix { $0 != UInt8(ascii: "\n") })
    let keys = try await keys(for: token)
    _ = try receive(verifier.verify(snapshot: snapshot, with: keys, at: clocks().time))
  }

  /// The feed's keys, after an attempt to learn of the one that `token` names if it is not among them.
  private func keys(for token: [UInt8]) async throws -> KeySnapshot {
    guard let keyID = verifier.keyID(of: token) else { throw RevocationFeedError("what came is no batch") }
    let keys = feedKeys.snapshot
    return keys[keyID] == nil ? await feedKeys.snapshot(afterMissing: keyID) : keys
  }

  /// - Throws: ``RevocationFeedError`` for a batch that is not believed.
  private func receive(_ batch: VerifiedRevocationBatch) throws -> RevocationFeed.Answer {
    let answer = state.receive(batch)
    metrics.count(answer)
    if case .refused(let refusal) = answer, refusal != .older {
      throw RevocationFeedError("a batch is not believed: \(refusal.rawValue)")
    }
    fetchKeys(after: batch.batch)
    return answer
  }

  /// An issuer that revokes a key has others by now.
  private func fetchKeys(after batch: RevocationBatch) {
    let subjects = Set(batch.entries.lazy.filter(\.ignoresPosition).map(\.subject))
    guard !subjects.isEmpty else { return }
    for keys in [issuerKeys, feedKeys].compactMap(\.self)
    where keys.snapshot.keyIDs.contains(where: {
      subjects.contains(RevocationSubject(.key, id: $0, issuer: verifier.issuer))
    }) {
      keys.keysHaveChanged()
    }
  }

  // MARK: Reports

  private func note(_ outcome: FeedPlan.Outcome, of plan: FeedPlan) {
    metrics.count(plan.way, outcome)
    guard let error = outcome.error else { return }
    state.fail("\(error)")
    logger.warning(
      "the revocation feed could not be heard",
      metadata: [
        "issuer": "\(verifier.issuer)", "way": "\(plan.way.rawValue)", "error": "\("\(error)".logLine())",
      ])
  }

  /// Says when the state becomes stale and fresh, and how old it is.
  private func report() async {
    var wasFresh: Bool?
    while !Task.isCancelled {
      let health = state.health
      metrics.record(health)
      if health.isFresh != wasFresh, health.isFresh || wasFresh != nil {
        let position = health.position?.description ?? "none"
        if health.isFresh {
          logger.info("the revocations are fresh", metadata: ["position": "\(position)"])
        } else {
          logger.error(
            "the revocations are stale",
            metadata: ["position": "\(position)", "error": "\(health.lastError ?? "none")"])
        }
        wasFresh = health.isFresh
      }
      // A cancelled sleep has done what it is for.
      do { try await Task.sleep(for: .seconds(1)) } catch {}
    }
  }
}

/// Where an issuer's feed is, once it is known.
private final class FeedPlace: Sendable {
  private let fetch: IssuerFetch
  private let isSecret: Bool
  private let known = Mutex<RemoteURL?>(nil)

  init(fetch: IssuerFetch, isSecret: Bool) {
    self.fetch = fetch
    self.isSecret = isSecret
  }

  func url() async throws -> RemoteURL {
    if let url = known.withLock({ $0 }) { return url }
    let url = try await fetch.feedURL()
    guard !isSecret || fetch.isOfIssuersOrigin(url) else {
      throw RevocationFeedError("a feed of another origin than the issuer's is not shown the secret")
    }
    known.withLock { $0 = url }
    return url
  }

  func forget() {
    known.withLock { $0 = nil }
  }
}
