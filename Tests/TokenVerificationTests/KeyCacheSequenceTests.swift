import JOSE
import SignetTesting
import Testing
import TokenVerification

/// Random sequences of events, with what must hold after each.
@Suite struct KeyCacheSequenceTests {
  private let sets: [JWKSet]

  init() throws {
    let keys = try ["k0", "k1", "k2"].map { try JWK.generate(.es256, keyID: $0).publicKey() }
    sets = [[], [0], [0, 1], [1, 2], [2]].map { JWKSet(keys: $0.map { keys[$0] }) }
  }

  @Test func `whatever happens, fetches are single, spaced, and their keys are bounded in age`() {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    for _ in 0..<60 {
      var run = Run(sets: sets)
      for _ in 0..<200 { run.step(&generator, seed) }
    }
  }

  /// A cache, and what is known of its past.
  private struct Run {
    let sets: [JWKSet]
    var cache = KeyCache(algorithms: [.es256])
    var now = TestClock.start
    var isFetching = false
    var lastEnd: (at: Timestamp, failed: Bool)?
    var lastSuccess: (at: Timestamp, set: JWKSet)?
    var lastWhole: Timestamp?
    /// The keys are known to have changed: since the last whole set was asked for, since any fetch began.
    var change = (pending: false, late: false)
    var epoch: UInt64 = 0

    mutating func step(_ generator: inout SplitMix64, _ seed: Seed) {
      now =
        now
        + .milliseconds(
          Int64.random(in: 0...Self.pauses[Int.random(in: 0..<4, using: &generator)], using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: miss("k\(Int.random(in: 0...3, using: &generator))", seed)
      case 1:
        let due = cache.nextRefresh(at: now)
        let began = cache.refreshIsDue(at: now)
        #expect(began == (due.map { $0 <= now } ?? false), seed.comment)
        if began { begin(seed) }
      case 2 where isFetching:
        let set = sets[Int.random(in: 0..<sets.count, using: &generator)]
        cache.fetchSucceeded(
          set, maximumAge: .seconds(Int64.random(in: 0...7200, using: &generator)),
          spread: Double.random(in: 0...1, using: &generator), at: now)
        (isFetching, lastEnd, lastSuccess, lastWhole) = (false, (now, false), (now, set), now)
        change.pending = change.late
      case 3 where isFetching:
        cache.fetchFailed(at: now)
        (isFetching, lastEnd) = (false, (now, true))
      case 4 where isFetching: confirm(seed)
      case 5 where Int.random(in: 0..<20, using: &generator) == 0:
        cache.keysHaveChanged()
        change = (true, true)
      default: break
      }
      check(seed)
    }

    /// Up to a moment, seconds, minutes, or a day.
    private static let pauses: [Int64] = [50, 5_000, 600_000, 90_000_000]

    private mutating func miss(_ keyID: String, _ seed: Seed) {
      let isThere = cache.snapshot(at: now)[keyID] != nil
      switch cache.missed(keyID, at: now) {
      case .ready: #expect(isThere, seed.comment)
      case .wait: #expect(isFetching && !isThere, seed.comment)
      case .refuse: #expect(!isFetching && !isThere && lastEnd != nil, seed.comment)
      case .fetch:
        #expect(!isThere, seed.comment)
        begin(seed)
      }
    }

    /// A fetch begins: none is under way, and the last ended long enough ago.
    private mutating func begin(_ seed: Seed) {
      #expect(!isFetching, seed.comment)
      if let lastEnd {
        #expect(now - lastEnd.at >= (lastEnd.failed ? .seconds(1) : .seconds(30)), seed.comment)
      }
      // “Unchanged” is asked for within half a day of a whole set, and not while a change is pending.
      let isRecent = lastWhole.map { now - $0 < .seconds(43_200) } ?? false
      #expect(cache.asksForWhole || (isRecent && !change.pending), seed.comment)
      (isFetching, change.late) = (true, false)
    }

    /// The issuer says that nothing has changed, asked or not.
    private mutating func confirm(_ seed: Seed) {
      let counts = cache.fetchConfirmed(maximumAge: nil, at: now)
      #expect(counts == !cache.asksForWhole, seed.comment)
      guard counts, let last = lastSuccess else { return }
      (isFetching, lastEnd, lastSuccess) = (false, (now, false), (now, last.set))
    }

    private mutating func check(_ seed: Seed) {
      let snapshot = cache.snapshot(at: now)
      guard let lastSuccess, let lastWhole, now - lastWhole < .seconds(86_400) else {
        #expect(snapshot.isEmpty, seed.comment)
        return
      }
      #expect(snapshot.keyIDs == Set(lastSuccess.set.keys.compactMap(\.keyID)), seed.comment)
      #expect(snapshot.epoch >= epoch, seed.comment)
      epoch = snapshot.epoch
    }
  }
}
