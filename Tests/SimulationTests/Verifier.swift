import JOSE
import SignetAuthority
import SignetTesting
import TokenVerification

/// An API of somebody's, which follows the feed and checks tokens.
final class Verifier {
  let number: Int
  private unowned let world: World
  private let offset: Duration
  private let batches: RevocationBatchVerifier
  private var feed = RevocationFeed(issuer: TestAuthority.issuer)
  private var cache = VerifiedTokenCache(verifier: Verifier.checker, capacity: 64)
  private var keys = KeySnapshot.empty
  private var lastHeard: Duration = .zero
  private var lastAsked: Duration = .seconds(-60)
  private var isCutOff = false
  /// The lives of the log that it has left since it was started.
  private var left: Set<String> = []

  /// What every API here expects of a token. Clocks differ.
  static let checker: TokenVerifier = {
    do {
      return TokenVerifier(
        policy: try VerificationPolicy(
          issuer: TestAuthority.issuer, audience: TestAuthority.ordersAudience, algorithms: [.es256],
          leeway: .seconds(60)))
    } catch {
      fatalError("\(error)")
    }
  }()

  static let stalenessMaximum: Duration = .seconds(30)
  /// Within it a revocation that somebody knows of counts: what it knows may be as old, a message may have
  /// been as long under way, and times are whole seconds. Who records the feed can hold news back for as
  /// long as clocks may differ, and longer where a node's goes ahead.
  var bound: Duration {
    let usual = Self.stalenessMaximum + World.longestDelay + .seconds(1)
    guard world.isRecorded else { return usual }
    let ahead = world.clocksStep ? ClaimsPolicy.maximumLeeway : .seconds(4)
    return usual + RevocationFreshness.clockTolerance + ahead
  }

  init(_ number: Int, world: World) throws {
    self.number = number
    self.world = world
    offset = .milliseconds(Int.random(in: -2000...2000, using: &world.random))
    batches = try RevocationBatchVerifier(issuer: TestAuthority.issuer)
  }

  var now: Timestamp { TestClock.start + world.time + offset }
  var view: RevocationView { feed.view }
  private var reading: ClockReading { ClockReading(time: now, uptime: world.time) }

  // MARK: The feed

  func begin() {
    connect()
    world.after(.seconds(5)) { [self] in watch() }
  }

  /// Looks for another node when this one is silent.
  private func watch() {
    world.after(.seconds(5)) { [self] in watch() }
    if world.time > lastHeard + .seconds(15) { connect() }
  }

  private func connect() {
    guard let node = world.pick(world.nodes), !isCutOff else { return }
    lastHeard = world.time
    node.connect(self)
  }

  func receive(_ token: [UInt8]) throws {
    try take { batches in try batches.verify(token, with: Feed.keys, at: now) }
  }

  private func take(
    _ verify: (RevocationBatchVerifier) throws -> VerifiedRevocationBatch
  ) throws {
    guard !isCutOff else { return }
    let batch: VerifiedRevocationBatch
    do {
      batch = try verify(batches)
    } catch let error as JOSEError where error.code == .issuedInFuture {
      // The clock of the node is too far ahead.
      return world.tell("verifier \(number) does not believe a batch: \(error)")
    }
    lastHeard = world.time
    let former = feed.position?.epoch
    let answer = feed.receive(batch, at: reading)
    if let epoch = feed.position?.epoch, let former, epoch != former { left.insert(former) }
    if let epoch = feed.position?.epoch, left.contains(epoch) {
      throw Violation("verifier \(number) has gone back to the epoch \(epoch)")
    }
    world.tell("verifier \(number): \(answer), at \(feed.position.map { "\($0)" } ?? "the beginning")")
    try world.truth.check(self)
    if answer == .needsSnapshot { fetchSnapshot() }
  }

  private func fetchSnapshot() {
    guard world.time > lastAsked + .seconds(2), let node = world.pick(world.nodes) else { return }
    lastAsked = world.time
    world.send("verifier \(number) asks node \(node.number) for the snapshot") { [self] in
      guard node.isUp, !isCutOff else { return }
      let snapshot = try await node.snapshot()
      world.sendRecorded("the snapshot of node \(node.number)") { [self] in
        try take { batches in try batches.verify(snapshot: snapshot, with: Feed.keys, at: now) }
      }
    }
  }

  // MARK: Tokens

  /// Checks a token, as the middleware does.
  func present(_ token: String) async throws {
    guard let freshness = feed.freshness, freshness.age(at: reading) <= Self.stalenessMaximum else { return }
    var verdict = check(token)
    if case .needsKeys = verdict {
      guard !isCutOff, let node = world.pick(world.nodes), node.isUp else { return }
      keys = KeySnapshot(epoch: keys.epoch + 1, keys: try await node.keySet(), algorithms: [.es256])
      verdict = check(token)
    }
    guard case .allow(let principal) = verdict else { return }
    try world.truth.letIn(principal, by: self, at: world.time)
  }

  private func check(_ token: String) -> Verdict {
    cache.verify(Array(token.utf8), keys: keys, revocations: feed.view, at: now)
  }

  // MARK: Faults

  func cutOff(for duration: Duration) {
    world.tell("verifier \(number) is cut off for \(duration)")
    isCutOff = true
    world.after(duration) { [self] in isCutOff = false }
  }

  /// It loses all that it knows.
  func restart() {
    world.tell("verifier \(number) is restarted")
    feed = RevocationFeed(issuer: TestAuthority.issuer)
    cache = VerifiedTokenCache(verifier: Self.checker, capacity: 64)
    keys = .empty
    left = []
    connect()
  }
}
