import JOSE
import SignetTesting
import Testing
import TokenVerification

/// What the answer “unchanged” (304) counts for, and when the whole set is asked for.
@Suite struct KeyCacheUnchangedTests {
  private static let t0 = TestClock.start
  private let one: JWKSet
  private let two: JWKSet

  init() throws {
    let first = try JWK.generate(.es256, keyID: "k1").publicKey()
    let second = try JWK.generate(.es256, keyID: "k2").publicKey()
    one = JWKSet(keys: [first])
    two = JWKSet(keys: [first, second])
  }

  private func filled(maximumAge: Duration? = nil) -> KeyCache {
    var cache = KeyCache(algorithms: [.es256])
    _ = cache.refreshIsDue(at: Self.t0)
    cache.fetchSucceeded(one, maximumAge: maximumAge, at: Self.t0)
    return cache
  }

  @Test func `T23 unchanged renews the keys' age, and is told no sooner than it is asked for`() {
    var cache = filled(maximumAge: .seconds(600))
    let epoch = cache.snapshot(at: Self.t0).epoch
    var now = Self.t0
    for _ in 0..<10 {
      now = now + .seconds(580)
      #expect(cache.refreshIsDue(at: now) == true)
      #expect(!cache.asksForWhole)
      #expect(cache.fetchConfirmed(maximumAge: nil, at: now) == true)
      #expect(cache.isFresh(at: now + .seconds(599)) && !cache.isFresh(at: now + .seconds(600)), "as before")
      #expect(cache.missed("k9", at: now) == .refuse, "it has the cool-down of a success")
    }
    #expect(cache.snapshot(at: now).epoch == epoch)
    #expect(cache.refreshIsDue(at: now + .seconds(580)) == true)
    #expect(cache.fetchConfirmed(maximumAge: .seconds(60), at: now + .seconds(580)) == true)
    #expect(!cache.isFresh(at: now + .seconds(640)), "a new max-age counts")
  }

  @Test func `T23 unchanged is no answer where nothing is known, or where everything was asked for`() {
    var empty = KeyCache(algorithms: [.es256])
    #expect(empty.refreshIsDue(at: Self.t0) == true)
    #expect(empty.asksForWhole)
    #expect(empty.fetchConfirmed(maximumAge: nil, at: Self.t0) == false)
    empty.fetchFailed(at: Self.t0)
    #expect(empty.snapshot(at: Self.t0).isEmpty && empty.failingSince == Self.t0)

    var outdated = filled()
    outdated.keysHaveChanged()
    let later = Self.t0 + .seconds(30)
    #expect(outdated.refreshIsDue(at: later) == true)
    #expect(outdated.asksForWhole)
    #expect(outdated.fetchConfirmed(maximumAge: nil, at: later) == false)
    #expect(outdated.missed("k9", at: later) == .wait, "the fetch has not ended by that")
    outdated.fetchFailed(at: later)
    #expect(outdated.snapshot(at: Self.t0 + .seconds(86_400)).isEmpty, "nor are the keys any younger")
  }

  @Test func `T23 whatever the issuer says is unchanged is asked for whole twice a day`() {
    var cache = filled()
    var now = confirmed(&cache, until: Self.t0 + .seconds(43_200))
    now = now + .seconds(290)
    #expect(cache.refreshIsDue(at: now) == true)
    #expect(cache.asksForWhole)
    #expect(cache.fetchConfirmed(maximumAge: nil, at: now) == false)
    cache.fetchSucceeded(one, maximumAge: nil, at: now)
    #expect(cache.refreshIsDue(at: now + .seconds(290)) == true)
    #expect(!cache.asksForWhole)
  }

  @Test func `T23 unchanged does not put the hard limit off, which counts from the last whole set`() {
    var cache = filled()
    let limit = Self.t0 + .seconds(86_400)
    var now = confirmed(&cache, until: Self.t0 + .seconds(43_200))
    #expect(cache.heardAt == now && cache.usableUntil == limit)
    while now + .seconds(290) < limit {
      now = now + .seconds(290)
      #expect(cache.refreshIsDue(at: now) == true)
      #expect(cache.fetchConfirmed(maximumAge: nil, at: now) == false)
      cache.fetchFailed(at: now)
    }
    #expect(cache.snapshot(at: limit - .milliseconds(1))["k1"] != nil)
    #expect(cache.snapshot(at: limit).isEmpty && cache.usableUntil == limit)
    #expect(cache.refreshIsDue(at: limit) == true)
    cache.fetchSucceeded(one, maximumAge: nil, at: limit)
    #expect(cache.snapshot(at: limit)["k1"] != nil && cache.usableUntil == limit + .seconds(86_400))
  }

  @Test func `T23 the whole set is asked for until it has come, however often that fails`() {
    var cache = filled()
    cache.keysHaveChanged()
    var now = Self.t0 + .seconds(30)
    for _ in 0..<3 {
      #expect(cache.refreshIsDue(at: now) == true)
      #expect(cache.asksForWhole)
      #expect(cache.fetchConfirmed(maximumAge: nil, at: now) == false)
      cache.fetchFailed(at: now)
      now = now + .seconds(60)
    }
    #expect(cache.missed("k2", at: now) == .fetch)
    #expect(cache.asksForWhole)
    cache.fetchSucceeded(two, maximumAge: nil, at: now)
    #expect(cache.refreshIsDue(at: now + .seconds(290)) == true)
    #expect(!cache.asksForWhole, "and then no more")
  }

  @Test func `T23 a change that is told while a fetch goes wrong is asked for whole`() {
    var cache = filled()
    let later = Self.t0 + .seconds(290)
    #expect(cache.refreshIsDue(at: later) == true)
    #expect(!cache.asksForWhole)
    cache.keysHaveChanged()
    cache.fetchFailed(at: later)
    #expect(cache.refreshIsDue(at: later + .seconds(1)) == true)
    #expect(cache.asksForWhole)
  }

  @Test func `a fetch for news that failed is followed by another`() {
    var cache = filled()
    let later = Self.t0 + .seconds(290)
    #expect(cache.refreshIsDue(at: later) == true)
    cache.fetchFailed(at: later)
    #expect(cache.refreshIsDue(at: later + .seconds(1)) == true)
    #expect(!cache.asksForWhole)
    #expect(cache.fetchConfirmed(maximumAge: nil, at: later + .seconds(1)) == true)
  }

  /// The issuer says that nothing has changed, every 290 seconds before `end`.
  /// - Returns: when it last did.
  private func confirmed(_ cache: inout KeyCache, until end: Timestamp) -> Timestamp {
    var now = Self.t0
    while now + .seconds(290) < end {
      now = now + .seconds(290)
      #expect(cache.refreshIsDue(at: now) == true)
      #expect(!cache.asksForWhole)
      #expect(cache.fetchConfirmed(maximumAge: nil, at: now) == true)
    }
    return now
  }
}
