import JOSE
import SignetTesting
import Testing
import TokenVerification

@Suite struct KeyCacheTests {
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

  @Test func `a new cache has no keys and wants some`() {
    var cache = KeyCache(algorithms: [.es256])
    #expect(cache.snapshot(at: Self.t0).isEmpty)
    #expect(cache.nextRefresh(at: Self.t0) == Self.t0)
    #expect(cache.refreshIsDue(at: Self.t0) == true)
    #expect(cache.nextRefresh(at: Self.t0) == nil, "one fetch at a time")
  }

  @Test func `T23 one fetch at a time: whoever comes later waits`() {
    var cache = KeyCache(algorithms: [.es256])
    #expect(cache.missed("k1", at: Self.t0) == .fetch)
    #expect(cache.missed("k1", at: Self.t0) == .wait)
    #expect(cache.missed("k2", at: Self.t0 + .seconds(5)) == .wait)
    #expect(cache.refreshIsDue(at: Self.t0 + .seconds(5)) == false)
    cache.fetchSucceeded(one, maximumAge: nil, at: Self.t0 + .seconds(6))
    #expect(cache.missed("k1", at: Self.t0 + .seconds(6)) == .ready)
  }

  @Test func `T23 after a success an unknown key causes no fetch until the cool-down is over`() {
    var cache = filled()
    #expect(cache.missed("k9", at: Self.t0) == .refuse)
    #expect(cache.missed("k9", at: Self.t0 + .milliseconds(29_999)) == .refuse)
    #expect(cache.missed("k9", at: Self.t0 + .seconds(30)) == .fetch)
  }

  @Test func `T23 after failures the cool-down doubles, up to a minute`() {
    var cache = KeyCache(algorithms: [.es256])
    var now = Self.t0
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
      #expect(cache.missed("k1", at: now) == .fetch)
      cache.fetchFailed(at: now)
      let end = now + .seconds(seconds)
      #expect(cache.missed("k1", at: end - .milliseconds(1)) == .refuse, "\(seconds) s")
      #expect(cache.nextRefresh(at: now) == end)
      now = end
    }
    #expect(cache.missed("k1", at: now) == .fetch)
    cache.fetchSucceeded(one, maximumAge: nil, at: now)
    now = now + .seconds(3600)
    #expect(cache.refreshIsDue(at: now) == true)
    cache.fetchFailed(at: now)
    #expect(cache.nextRefresh(at: now) == now + .seconds(1), "a success begins anew")
  }

  @Test func `T23 keys serve on while fetches fail, and not a moment longer than the hard limit`() {
    var cache = filled()
    let limit = Self.t0 + .seconds(86_400)
    var now = Self.t0 + .seconds(300)
    while now < limit {
      #expect(cache.refreshIsDue(at: now) == true)
      cache.fetchFailed(at: now)
      #expect(cache.snapshot(at: now)["k1"] != nil)
      now = now + .seconds(3600)
    }
    #expect(cache.snapshot(at: limit - .milliseconds(1))["k1"] != nil)
    #expect(cache.snapshot(at: limit).isEmpty)
    #expect(cache.missed("k1", at: limit) == .fetch)
    cache.fetchSucceeded(one, maximumAge: nil, at: limit)
    #expect(cache.snapshot(at: limit)["k1"] != nil)
  }

  @Test(arguments: [
    (nil, 300), (Duration.zero, 30), (.seconds(29), 30), (.seconds(31), 31), (.seconds(600), 600),
    (.seconds(3600), 3600), (.seconds(3601), 3600), (.seconds(86_400), 3600), (.seconds(-5), 30),
  ])
  func `T23 the issuer's max-age is kept to, between half a minute and an hour`(
    maximumAge: Duration?, seconds: Int
  ) {
    let cache = filled(maximumAge: maximumAge)
    let end = Self.t0 + .seconds(seconds)
    #expect(cache.isFresh(at: end - .milliseconds(1)) && !cache.isFresh(at: end))
  }

  @Test(arguments: [(0, 950), (0.5, 875), (1, 800), (-3, 950), (7, 800)])
  func `T23 keys are fetched again before they are old, by a part that differs between processes`(
    spread: Double, seconds: Int
  ) {
    var cache = KeyCache(algorithms: [.es256])
    _ = cache.refreshIsDue(at: Self.t0)
    cache.fetchSucceeded(one, maximumAge: .seconds(1000), spread: spread, at: Self.t0)
    let due = Self.t0 + .seconds(seconds)
    #expect(cache.nextRefresh(at: Self.t0) == due)
    #expect(cache.refreshIsDue(at: due - .milliseconds(1)) == false)
    #expect(cache.refreshIsDue(at: due) == true)
    #expect(cache.isFresh(at: due))
    #expect(cache.snapshot(at: due)["k1"] != nil, "and serve on meanwhile")
  }

  @Test func `a refresh ahead keeps to the cool-down`() {
    #expect(filled(maximumAge: .zero).nextRefresh(at: Self.t0) == Self.t0 + .seconds(30))
  }

  @Test func `the epoch counts up when the keys change, and only then`() {
    var cache = filled()
    #expect(cache.snapshot(at: Self.t0).epoch == 1)
    cache.fetchSucceeded(one, maximumAge: nil, at: Self.t0 + .seconds(300))
    #expect(cache.snapshot(at: Self.t0 + .seconds(300)).epoch == 1)
    cache.fetchSucceeded(two, maximumAge: nil, at: Self.t0 + .seconds(600))
    #expect(cache.snapshot(at: Self.t0 + .seconds(600)).epoch == 2)
    #expect(cache.snapshot(at: Self.t0 + .seconds(600)).keyIDs == ["k1", "k2"])
    cache.fetchSucceeded(one, maximumAge: nil, at: Self.t0 + .seconds(900))
    #expect(cache.snapshot(at: Self.t0 + .seconds(900)).keyIDs == ["k1"], "a key that is withdrawn is gone")
  }

  @Test func `T23 a set takes the place of the one before, and what has changed is told`() throws {
    var cache = KeyCache(algorithms: [.es256])
    func change(_ set: JWKSet) -> [Int] {
      let change = cache.fetchSucceeded(set, maximumAge: nil, at: Self.t0)
      return [change.new, change.gone, change.replaced]
    }
    #expect(change(one) == [1, 0, 0])
    #expect(change(one) == [0, 0, 0])
    #expect(change(two) == [1, 0, 0])
    let other = JWKSet(keys: [try JWK.generate(.es256, keyID: "k2").publicKey()])
    #expect(change(other) == [0, 1, 1])
    #expect(cache.snapshot(at: Self.t0).keyIDs == ["k2"], "a key that is withdrawn is gone")
    #expect(change(JWKSet(keys: [])) == [0, 1, 0])
  }

  @Test func `an outage is as long as fetches fail`() {
    var cache = filled()
    #expect(cache.failingSince == nil && cache.heardAt == Self.t0)
    let first = Self.t0 + .seconds(300)
    for later in [first, first + .seconds(2)] {
      #expect(cache.refreshIsDue(at: later) == true)
      cache.fetchFailed(at: later)
      #expect(cache.failingSince == first)
    }
    #expect(cache.refreshIsDue(at: first + .seconds(10)) == true)
    #expect(!cache.asksForWhole)
    #expect(cache.fetchConfirmed(maximumAge: nil, at: first + .seconds(10)) == true)
    #expect(cache.failingSince == nil && cache.heardAt == first + .seconds(10))
  }

  @Test func `an issuer that publishes no keys any more is believed`() {
    var cache = filled()
    cache.fetchSucceeded(JWKSet(keys: []), maximumAge: nil, at: Self.t0 + .seconds(300))
    let snapshot = cache.snapshot(at: Self.t0 + .seconds(300))
    #expect(snapshot.isEmpty && snapshot.epoch == 2)
  }

  @Test func `a clock that was set back does not lock the cache`() {
    var cache = filled()
    let earlier = Self.t0 - .seconds(7200)
    #expect(cache.snapshot(at: earlier)["k1"] != nil)
    #expect(cache.nextRefresh(at: earlier) == earlier)
    #expect(cache.missed("k9", at: earlier) == .fetch)
  }

  @Test func `keys that are known to have changed are fetched as soon as the cool-down allows, once`() {
    var cache = filled(maximumAge: .seconds(3600))
    #expect(cache.nextRefresh(at: Self.t0 + .seconds(5)) == Self.t0 + .seconds(3420))
    cache.keysHaveChanged()
    #expect(cache.nextRefresh(at: Self.t0 + .seconds(5)) == Self.t0 + .seconds(30))
    #expect(cache.refreshIsDue(at: Self.t0 + .milliseconds(29_999)) == false)
    #expect(cache.refreshIsDue(at: Self.t0 + .seconds(30)) == true)
    cache.fetchSucceeded(two, maximumAge: .seconds(3600), at: Self.t0 + .seconds(31))
    #expect(cache.nextRefresh(at: Self.t0 + .seconds(90)) == Self.t0 + .seconds(3451))
  }

  @Test func `a fetch that began before the keys changed is followed by another`() {
    var cache = filled(maximumAge: .seconds(60))
    #expect(cache.refreshIsDue(at: Self.t0 + .seconds(60)) == true)
    cache.keysHaveChanged()
    cache.fetchSucceeded(one, maximumAge: .seconds(3600), at: Self.t0 + .seconds(61))
    #expect(cache.nextRefresh(at: Self.t0 + .seconds(62)) == Self.t0 + .seconds(91))
    #expect(cache.snapshot(at: Self.t0 + .seconds(62)).keyIDs == ["k1"])
  }
}
