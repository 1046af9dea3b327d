import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct SessionEndingTests {
  @Test func `logging out ends one session at once, and leaves the others`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let (phone, laptop) = (try await world.test.logIn(account), try await world.test.logIn(account))
    #expect(try await world.logOut(phone))
    #expect(try await world.isAccepted(phone) == false)
    #expect(try await world.isAccepted(laptop))
    #expect(
      try await world.session(phone.session.id)?.ending == SessionEnding(at: world.clock.now, cause: .logout))
    #expect(try await world.session(laptop.session.id)?.ending == nil)
    #expect(try await world.auditLines(of: account.id).last == "session.ended: logout")
    #expect(try await world.logOut(phone) == false, "it has ended already")
  }

  @Test func `somebody else's session cannot be ended as one's own`() async throws {
    let world = try await World()
    let (ada, eve) = (try await world.test.addAccount("ada"), try await world.test.addAccount("eve"))
    let tokens = try await world.test.logIn(ada)
    let isEnded = try await world.write { authority, tx, now in
      try authority.endSession(
        tokens.session.id, of: eve.id, cause: .logout, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(isEnded == false)
    #expect(try await world.isAccepted(tokens))
  }

  @Test func `an administrator ends a session by its identifier`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    for (id, expected) in [
      (SessionID(from: .seeded(Seed(3))), false), (tokens.session.id, true), (tokens.session.id, false),
    ] {
      let isEnded = try await world.write { authority, tx, now in
        try authority.endSession(id, cause: .administrator, origin: TestAuthority.origin, in: tx, at: now)
      }
      #expect(isEnded == expected)
    }
    #expect(try await world.isAccepted(tokens) == false)
  }

  @Test func `logging out everywhere ends all, with one entry for each session`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount("ada")
    let other = try await world.test.logIn(try await world.test.addAccount("eve"))
    var sessions: [IssuedTokens] = []
    for _ in 0..<3 { sessions.append(try await world.test.logIn(account)) }
    #expect(try await endAll(of: account, in: world) == 3)
    for tokens in sessions { #expect(try await world.isAccepted(tokens) == false) }
    #expect(try await world.isAccepted(other))
    let subjects = sessions.map {
      RevocationSubject(.session, id: $0.session.id.description, issuer: TestAuthority.issuer)
    }
    #expect(Set(world.revocations.map(\.subject)) == Set(subjects))
    #expect(world.revocations.map(\.sequence) == [1, 2, 3])
    #expect(try await endAll(of: account, in: world) == 0)
  }

  @Test func `logging out elsewhere keeps the session that asked`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let (kept, gone) = (try await world.test.logIn(account), try await world.test.logIn(account))
    #expect(try await endAll(of: account, keeping: kept.session.id, in: world) == 1)
    #expect(try await world.isAccepted(kept))
    #expect(try await world.isAccepted(gone) == false)
    #expect(try await world.test.refresh(kept.refreshToken).tokens != nil)
  }

  @Test func `logging in again in the same instant works`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    for _ in 0..<3 {
      let tokens = try await world.test.logIn(account)
      #expect(try await world.isAccepted(tokens))
      #expect(try await endAll(of: account, in: world) == 1)
      #expect(try await world.isAccepted(tokens) == false)
    }
  }

  @Test func `live sessions are those that can be refreshed`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let idle = try await world.test.logIn(account)
    world.clock.advance(by: .seconds(3599))
    let fresh = try await world.test.logIn(account)
    let ended = try await world.test.logIn(account)
    #expect(try await world.logOut(ended))
    #expect(try await live(of: account, in: world) == [fresh.session.id, idle.session.id])
    world.clock.advance(by: .seconds(1))
    #expect(try await live(of: account, in: world) == [fresh.session.id])
  }

  @Test func `a session beyond its idle limit is ended with the rest, and not counted`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let idle = try await world.test.logIn(account)
    world.clock.advance(by: .seconds(3600))
    _ = try await world.test.logIn(account)
    #expect(try await endAll(of: account, in: world) == 1)
    // Else a limit that is raised tomorrow would bring it back.
    #expect(try await world.session(idle.session.id)?.ending != nil)
  }

  @Test func `a session whose tokens have all expired leaves no entry`() async throws {
    let world = try await World(policy: try TestAuthority.policy(sessionAbsoluteLimit: .seconds(3600)))
    let account = try await world.test.addAccount()
    _ = try await world.test.logIn(account)
    world.clock.advance(by: .seconds(3660))
    let tokens = try await world.test.logIn(account)
    _ = try await endAll(of: account, in: world)
    world.clock.advance(by: .seconds(3961))
    _ = try await endAll(of: account, in: world)
    #expect(world.revocations.count == 2, "the first may still be within a verifier's leeway")
    let old = try await world.test.logIn(account)
    world.clock.advance(by: .milliseconds(3_660_001))
    _ = try await endAll(of: account, in: world)
    #expect(world.revocations.count == 2)
    #expect(try await world.session(old.session.id)?.ending != nil)
    #expect(try await world.session(tokens.session.id)?.ending != nil)
  }

  @Test func `the purge removes what has finished, a bounded number at a time`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    for _ in 0..<3 { #expect(try await world.logOut(try await world.test.logIn(account))) }
    let kept = try await world.test.logIn(account)
    world.clock.advance(by: .seconds(3961))
    func purge() async throws -> Int {
      try await world.write { authority, tx, now in
        try authority.purge(sessionsFinishedBefore: now, limit: 2, in: tx, at: now)
      }
    }
    #expect(try await purge() == 2)
    #expect(try await purge() == 1)
    #expect(try await world.session(kept.session.id) != nil)
    #expect(try await world.read { try $0.revocations(after: 0, limit: 9) }.isEmpty)
    #expect(try await world.read { try $0.revocationPosition() }.sequence == 3)
  }

  private func endAll(
    of account: Account, keeping kept: SessionID? = nil, in world: World
  ) async throws -> Int {
    try await world.write { authority, tx, now in
      try authority.endSessions(
        of: account.id, except: kept, cause: kept == nil ? .logoutEverywhere : .logoutOthers,
        origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func live(of account: Account, in world: World) async throws -> [SessionID] {
    let now = world.clock.now
    return try await world.read { [authority = world.authority] in
      try authority.liveSessions(of: account.id, in: $0, at: now).map(\.id)
    }
  }
}
