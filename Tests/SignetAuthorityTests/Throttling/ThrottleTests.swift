import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct ThrottleTests {
  private let limit = Throttle.Limit(burst: 3, longestDelay: .seconds(60))

  private func bucket() throws -> Throttle {
    let key = try #require(ThrottleKey(bytes: [UInt8](repeating: 7, count: 16)))
    return Throttle(key: key, spentAt: TestClock.start, expiresAt: TestClock.start)
  }

  private func spend(_ throttle: Throttle, at now: Timestamp) throws -> Throttle {
    guard case .admit(let next, _) = throttle.decide(limit, at: now) else { throw FixtureError() }
    return next
  }

  @Test func `A10 beyond the burst a guess waits, twice as long each time`() throws {
    var throttle = try bucket()
    var now = TestClock.start
    for _ in 0..<3 { throttle = try spend(throttle, at: now) }
    for delay: Int64 in [5, 10, 20, 40] {
      #expect(throttle.decide(limit, at: now) == .refuse(retryAfter: .seconds(delay)))
      let early = now + .milliseconds(delay * 1000 - 1)
      #expect(throttle.decide(limit, at: early) == .refuse(retryAfter: .milliseconds(1)))
      now = now + .seconds(delay)
      throttle = try spend(throttle, at: now)
    }
  }

  @Test func `A10 no bucket is shut for longer than its longest delay`() throws {
    var throttle = try bucket()
    var now = TestClock.start
    for _ in 0..<200 {
      if case .refuse(let wait) = throttle.decide(limit, at: now) {
        #expect(wait <= limit.longestDelay)
        now = now + wait
      }
      throttle = try spend(throttle, at: now)
    }
    // What was spent in a long attack is forgotten; and a clock that goes back shuts nothing.
    #expect(throttle.expiresAt <= now + .seconds(60 * 19))
    let before = TestClock.start - .seconds(86_400)
    guard case .refuse(let wait) = throttle.decide(limit, at: before) else { throw FixtureError() }
    #expect(wait <= limit.longestDelay)
  }

  @Test func `the guess that empties a bucket says so once`() throws {
    var throttle = try bucket()
    var exhausting: [Int] = []
    for number in 1...3 {
      guard case .admit(let next, let exhausts) = throttle.decide(limit, at: TestClock.start) else {
        throw FixtureError()
      }
      if exhausts { exhausting.append(number) }
      throttle = next
    }
    #expect(exhausting == [3])
  }

  @Test func `an address stands for its network`() {
    #expect(AddressNetwork.of("192.0.2.7") == "192.0.2.7")
    #expect(AddressNetwork.of("::ffff:192.0.2.7") == "192.0.2.7")
    #expect(AddressNetwork.of("2001:db8:1:2:3:4:5:6") == AddressNetwork.of("2001:db8:1:2::9%eth0"))
    #expect(AddressNetwork.of("2001:db8:1:2::9") != AddressNetwork.of("2001:db8:1:3::9"))
    #expect(AddressNetwork.of("2001:db8::") == "2001:db8:0:0::/64")
    for nothing in ["127.0.0.1", "127.8.0.1", "::1", "::", "::ffff:127.0.0.1", "", "1:2:3", "300.1.1.1", "x"]
    {
      #expect(AddressNetwork.of(nothing) == nil, "\(nothing)")
    }
    #expect(AddressNetwork.of(nil) == nil)
  }

  @Test func `a policy says what it cannot be`() throws {
    #expect(throws: PolicyError.self) { try ThrottlePolicy(guesses: 2) }
    #expect(throws: PolicyError.self) { try ThrottlePolicy(longestDelay: .seconds(9)) }
    #expect(throws: PolicyError.self) { try ThrottlePolicy(longestDelay: .seconds(3601)) }
    #expect(try ThrottlePolicy(guesses: 10, longestDelay: .seconds(300)) == .standard)
  }
}
