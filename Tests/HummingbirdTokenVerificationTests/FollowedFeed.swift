import JOSE
import ServiceLifecycle
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

extension FeedServer {
  /// Runs a feed, and a subscription that follows it by the feed's clock.
  static func follow(
    limits: FeedLimits = .patient,
    _ body: @escaping @Sendable (FeedServer, RevocationState) async throws -> Void
  ) async throws {
    try await run { feed in
      let subscription = try feed.subscription(limits: limits)
      try await feed.run(subscription) { try await body(feed, subscription.state) }
    }
  }

  /// A subscription to this feed.
  func subscription(secret: FeedSecret? = nil, limits: FeedLimits = .patient) throws
    -> RevocationSubscription
  {
    try RevocationSubscription(
      fetch: IssuerFetch(
        issuer: issuer.issuer, allowsPrivateAddresses: false, limits: FetchLimits(time: .seconds(300))),
      keys: nil, staleness: .deny,
      secret: secret, limits: limits, logger: IssuerServer.silence, clocks: clocks)
  }

  /// Runs a service while `body` runs.
  func run(_ service: any Service, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { do { try await service.run() } catch { #expect(error is CancellationError) } }
      defer { group.cancelAll() }
      try await body()
    }
  }

  /// The test's clock, by the time of day and as the uptime.
  var clocks: @Sendable () -> ClockReading {
    { [clock] in ClockReading(time: clock.now, uptime: clock.now - TestClock.start) }
  }

  /// Sends the batch of what follows `from`, and waits until it has arrived.
  func send(after from: Int64, on stream: Stream, to state: RevocationState) async throws {
    let batch = batch(after: from)
    stream.send(event: try token(batch))
    await eventually { state.health.position?.sequence == batch.to }
  }
}

extension FeedLimits {
  /// For a test that does not ask what happens when they are reached, on a machine that is busy.
  static var patient: FeedLimits {
    var limits = FeedLimits()
    (limits.silence, limits.time, limits.snapshotTime) = (.seconds(600), .seconds(300), .seconds(300))
    return limits
  }
}

/// Returns when something has become true.
func eventually(_ condition: @Sendable () -> Bool) async {
  let never = Signal()
  while !condition() { await never.wait(past: 0, atMost: .milliseconds(10)) }
}
