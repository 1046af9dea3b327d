import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct RevocationTests {
  @Test func `an entry for a session outlives every token that any configuration could have minted`() throws {
    let policy = try TestAuthority.policy(accessTokenLifetime: .seconds(30))
    let sessions = [SessionID(from: .seeded(Seed(1))), SessionID(from: .seeded(Seed(2)))]
    let drafts = Revocation.decide(.sessions(sessions), policy: policy, at: TestClock.start)
    #expect(drafts.map(\.expiresAt) == Array(repeating: TestClock.start + .seconds(3960), count: 2))
    #expect(drafts.allSatisfy { !$0.ignoresPosition })
    #expect(
      drafts.map(\.subject)
        == sessions.map {
          RevocationSubject(.session, id: $0.description, issuer: TestAuthority.issuer)
        })
    #expect(Revocation.decide(.sessions([]), policy: policy, at: TestClock.start).isEmpty)
  }

  @Test func `an entry for a key ignores the position and outlives the key caches`() throws {
    let drafts = Revocation.decide(.key("k1"), policy: try TestAuthority.policy(), at: TestClock.start)
    #expect(drafts.map(\.ignoresPosition) == [true])
    #expect(drafts.map(\.expiresAt) == [TestClock.start + Revocation.keyCacheHardLimit])
    #expect(
      drafts.map(\.subject) == [RevocationSubject(.key, id: "k1", issuer: TestAuthority.issuer)])
    #expect(Revocation.keyCacheHardLimit >= .seconds(86_400))
  }

  @Test func `the entry for everything is the issuer's, and counts as one for a session does`() throws {
    let drafts = Revocation.decide(.everything, policy: try TestAuthority.policy(), at: TestClock.start)
    let subject = RevocationSubject(.issuer, id: "", issuer: TestAuthority.issuer)
    #expect(
      drafts == [
        RevocationDraft(
          subject: subject, ignoresPosition: false, expiresAt: TestClock.start + .seconds(3960))
      ])
  }

  @Test func `a lifetime that is lowered at a restart leaves no token alive that was revoked`() async throws {
    let world = try await World(policy: try TestAuthority.policy(accessTokenLifetime: .seconds(3600)))
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    // The same database under a new configuration.
    let restarted = Authority(
      policy: try TestAuthority.policy(accessTokenLifetime: .seconds(30)), keyring: world.authority.keyring,
      random: .seeded(Seed(5)))
    let now = world.clock.now
    let isEnded = try await world.test.storage.write { tx in
      try restarted.endSession(
        tokens.session.id, cause: .administrator, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(isEnded)
    for _ in 0..<36 {
      #expect(try await world.isAccepted(tokens) == false)
      world.clock.advance(by: .seconds(100))
    }
  }
}
