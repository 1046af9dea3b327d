import SignetAuthority
import SignetSQLite
import SignetTesting
import Testing

/// Guesses over the engine that keeps them.
@Suite(.blocking) struct ThrottlingRestartTests {
  @Test func `A10 a restart gives no guess back`() async throws {
    let folder = try TemporaryFolder()
    let first = try SQLiteStorage.open(path: folder.database)
    let authority = try await TestAuthority.initialised(storage: first)
    #expect(try await Self.admitted(12, by: authority) == 10)
    try first.close()
    let second = try SQLiteStorage.open(path: folder.database)
    let restarted = try TestAuthority(storage: second, clock: authority.clock)
    #expect(try await Self.admitted(1, by: restarted) == 0)
    restarted.clock.advance(by: .seconds(5))
    #expect(try await Self.admitted(2, by: restarted) == 1)
  }

  /// How many of so many guesses at one account may be made.
  private static func admitted(_ guesses: Int, by authority: TestAuthority) async throws -> Int {
    let guess = PasswordGuess(
      name: LoginName("ada"), origin: RequestOrigin(requestID: "r", address: "192.0.2.1", userAgent: nil))
    var admitted = 0
    for _ in 0..<guesses {
      let admission = try await authority.write { authority, tx, now in
        try authority.spend(guess, in: tx, at: now)
      }
      if admission == .admitted { admitted += 1 }
    }
    return admitted
  }
}
