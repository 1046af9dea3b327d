import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct ThrottlingTests {
  private func guess(_ name: String, from address: String?) -> PasswordGuess {
    PasswordGuess(
      name: LoginName(name), origin: RequestOrigin(requestID: "r", address: address, userAgent: nil))
  }

  private func spend(_ guess: PasswordGuess, in world: World) async throws -> Bool {
    try await world.write { authority, tx, now in
      try authority.spend(guess, in: tx, at: now) == .admitted
    }
  }

  private func spend(
    _ guess: PasswordGuess, times: Int, in world: World
  ) async throws -> Int {
    var admitted = 0
    for _ in 0..<times where try await spend(guess, in: world) { admitted += 1 }
    return admitted
  }

  @Test func `A10 guesses are counted before they are hashed, and a refused one leaves nothing`() async throws
  {
    let world = try await World()
    let guess = guess("ada", from: "192.0.2.1")
    #expect(try await spend(guess, times: 50, in: world) == 10)
    let lines = try await world.auditLines().filter { $0.hasPrefix("login") }
    #expect(lines == ["login.throttled: account_at_address"])
    // Nothing was hashed for this one: it comes back.
    world.clock.advance(by: .seconds(5))
    #expect(try await spend(guess, in: world))
    try await world.write { authority, tx, _ in try authority.giveBack(guess, in: tx) }
    world.clock.advance(by: .seconds(5))
    #expect(try await spend(guess, in: world))
    #expect(try await spend(guess, in: world) == false)
  }

  @Test func `A10 a guesser elsewhere cannot lock the owner out`() async throws {
    let world = try await World()
    let owner = guess("ada", from: "192.0.2.1")
    #expect(try await spend(owner, in: world))
    try await world.write { authority, tx, now in try authority.settle(owner, in: tx, at: now) }
    var admitted = 0
    for host in 1...200 {
      admitted += try await spend(guess("ada", from: "198.51.100.\(host)"), times: 2, in: world)
    }
    #expect(admitted == 100)
    #expect(try await spend(guess("ada", from: "203.0.113.1"), in: world) == false)
    #expect(try await spend(owner, in: world))
    #expect(try await spend(guess("bob", from: "203.0.113.1"), in: world))
  }

  @Test func `A10 one address cannot try one password on every account`() async throws {
    let world = try await World()
    var admitted = 0
    for number in 0..<200
    where try await spend(guess("user\(number)", from: "2001:db8::\(number)"), in: world) {
      admitted += 1
    }
    #expect(admitted == 100)
    #expect(try await spend(guess("ada", from: "2001:db8:0:1::1"), in: world))
  }

  @Test func `A10 an account of one's own does not fill the address's bucket`() async throws {
    let world = try await World()
    let own = guess("eve", from: "192.0.2.1")
    var admitted = 0
    for number in 0..<300 {
      if try await spend(own, in: world) {
        try await world.write { authority, tx, now in try authority.settle(own, in: tx, at: now) }
      }
      if try await spend(guess("user\(number)", from: "192.0.2.1"), in: world) { admitted += 1 }
    }
    #expect(admitted == 100)
  }

  @Test func `buckets that are full again are purged, and a fresh one is not`() async throws {
    let world = try await World()
    let guess = guess("ada", from: "192.0.2.1")
    #expect(try await spend(guess, times: 12, in: world) == 10)
    try await world.write { authority, tx, now in
      _ = try authority.purge(sessionsFinishedBefore: now, limit: 99, in: tx, at: now)
    }
    #expect(try await spend(guess, in: world) == false)
    world.clock.advance(by: .seconds(3_001))
    let left = try await world.write { authority, tx, now in
      _ = try authority.purge(sessionsFinishedBefore: now, limit: 99, in: tx, at: now)
      return try tx.deleteThrottles(expiredBefore: now + .seconds(86_400 * 100), limit: 99)
    }
    #expect(left == 0)
    #expect(try await spend(guess, times: 12, in: world) == 10)
  }
}
