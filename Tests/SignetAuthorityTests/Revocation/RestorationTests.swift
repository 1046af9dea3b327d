import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What a backup needs before anybody is served from it.
@Suite struct RestorationTests {
  private func beginNewEpoch(_ world: World) async throws {
    try await world.write { authority, tx, now in
      try authority.beginNewEpoch(origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func endPage(
    after last: AccountID?, limit: Int = 2, in world: World
  ) async throws -> (ended: Int, last: AccountID?) {
    try await world.write { authority, tx, now in
      try authority.endAllSessions(
        ofAccountsAfter: last, limit: limit, cause: .restored, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  @Test func `a token of before is refused, and a login afterwards works in the same instant`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let before = try await world.test.logIn(account)
    let position = try await world.read { try $0.revocationPosition() }
    try await beginNewEpoch(world)
    #expect(try await world.isAccepted(before) == false)
    #expect(try await world.isAccepted(try await world.test.logIn(account)))
    let next = try await world.read { try $0.revocationPosition() }
    #expect(next.epoch != position.epoch && next.sequence == position.sequence + 1)
    #expect(try await world.read { try $0.settings() }?.revocationEpoch == next.epoch)
    #expect(
      world.revocations.map(\.subject) == [RevocationSubject(.issuer, id: "", issuer: TestAuthority.issuer)])
    #expect(try await world.auditLines().contains("database.restored"))
  }

  @Test func `a token that the backup has never seen is refused, however far its log had come`() async throws
  {
    // One seed makes the same authority twice: the backup, and what became of it since.
    let (backup, since) = (try await World(), try await World())
    let account = try await since.test.addAccount()
    for _ in 0..<3 { #expect(try await since.logOut(try await since.test.logIn(account))) }
    let lost = try await since.test.logIn(account)
    #expect(try await backup.isAccepted(lost), "this is what a restore has to take back")
    try await beginNewEpoch(backup)
    #expect(try await backup.isAccepted(lost) == false)
    backup.clock.advance(by: .seconds(299))
    #expect(try await backup.isAccepted(lost) == false)
  }

  @Test func `every session of every account ends, a page of accounts at a time`() async throws {
    let world = try await World()
    var tokens: [IssuedTokens] = []
    for name in ["ada", "bob", "eve"] {
      let account = try await world.test.addAccount(name)
      for _ in 0..<2 { tokens.append(try await world.test.logIn(account)) }
    }
    #expect(try await world.logOut(tokens[0]))
    let first = try await endPage(after: nil, in: world)
    #expect(first.last != nil)
    let second = try await endPage(after: first.last, in: world)
    #expect(first.ended + second.ended == 5)
    let third = try await endPage(after: second.last, in: world)
    #expect(third == (0, nil))
    for ended in tokens {
      let refused = try await world.test.refresh(ended.refreshToken).denial
      #expect(refused == .sessionEnded)
    }
    for ended in tokens.dropFirst() {
      #expect(try await world.session(ended.session.id)?.ending?.cause == .restored)
    }
    #expect(world.revocations.count == 1, "the logout's: the issuer's entry stands for all others")
    #expect(try await world.auditLines().count { $0 == "session.ended: restored" } == 5)
  }

  @Test func `a key that was revoked since the backup is told, and a newer one is not`() async throws {
    let world = try await World()
    func look() async throws -> (settings: AuthoritySettings, keys: [SigningKeyRecord]) {
      try await world.read { tx in
        guard let settings = try tx.settings() else { throw FixtureError() }
        return (settings, try tx.signingKeys())
      }
    }
    let backup = try await look()
    let revoked = try #require(backup.keys.first { $0.state == .active }).keyID
    _ = try await world.write { authority, tx, now in
      let fresh = try authority.generateFirstKeys(at: now)
      return try authority.revokeKey(revoked, adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
    }
    let replaced = try await look()
    #expect(world.authority.keysGone(from: backup, in: replaced) == [revoked])
    #expect(world.authority.keysGone(from: backup, in: backup) == [])
    let other = AuthoritySettings(
      issuer: TestAuthority.issuer, revocationEpoch: "other", keyringProof: [],
      createdAt: TestClock.start + .seconds(1))
    #expect(world.authority.keysGone(from: backup, in: (other, [])) == nil)
  }
}
