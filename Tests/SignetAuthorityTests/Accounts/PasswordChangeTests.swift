import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct PasswordChangeTests {
  @Test func `a changed password ends every other session`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let (kept, other) = (try await world.test.logIn(account), try await world.test.logIn(account))
    let outcome = try await change(account, checkedVersion: 1, keeping: kept.session.id, in: world)
    #expect(outcome == .changed(endedSessions: 1))
    #expect(try await world.isAccepted(kept))
    #expect(try await world.test.refresh(kept.refreshToken).tokens != nil)
    #expect(try await world.isAccepted(other) == false)
    #expect(try await world.test.refresh(other.refreshToken).denial == .sessionEnded)
    let stored = try #require(try await world.read { try $0.account(account.id) })
    #expect(stored.passwordHash == (try TestAuthority.passwordHash("bmV3")))
    #expect(stored.credentialVersion == 2)
    let lines = try await world.auditLines(of: account.id)
    #expect(lines.contains("password.changed"))
    #expect(lines.contains("session.ended: password_changed"))
  }

  @Test func `of two changes that checked the same old password, the second loses`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    #expect(try await change(account, checkedVersion: 1, in: world) == .changed(endedSessions: 0))
    #expect(try await change(account, checkedVersion: 1, salt: "bGF0ZQ", in: world) == .superseded)
    let stored = try await world.read { try $0.account(account.id) }
    #expect(stored?.passwordHash == (try TestAuthority.passwordHash("bmV3")))
  }

  @Test func `an administrator's change needs no old password, and keeps no session`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let tokens = try await world.test.logIn(account)
    #expect(try await change(account, checkedVersion: nil, in: world) == .changed(endedSessions: 1))
    #expect(try await world.isAccepted(tokens) == false)
    // Also of a disabled account, so that it can be given back safely.
    #expect(try await world.disable(account) == 0)
    #expect(try await change(account, checkedVersion: nil, in: world) == .changed(endedSessions: 0))
    #expect(try await change(account, checkedVersion: 3, in: world) == .superseded)
  }

  @Test func `a session that ended while the password was hashed changes nothing`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let tokens = try await world.test.logIn(account)
    let isEnded = try await world.write { authority, tx, now in
      try authority.endSession(
        tokens.session.id, cause: .logout, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(isEnded)
    #expect(
      try await change(account, checkedVersion: 1, keeping: tokens.session.id, in: world) == .superseded)
    let stored = try await world.read { try $0.account(account.id) }
    #expect(stored?.passwordHash == account.passwordHash)
    #expect(stored?.credentialVersion == 1)
    #expect(try await world.auditLines(of: account.id).last == "password.refused: credentials_changed")
  }

  @Test func `a refused change is recorded`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let tokens = try await world.test.logIn(account)
    try await world.write { authority, tx, now in
      try authority.recordPasswordRefusal(
        of: account.id, session: tokens.session.id, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(try await world.auditLines(of: account.id).last == "password.refused: wrong_password")
    #expect(try await world.isAccepted(tokens))
  }

  @Test func `a stronger hash replaces the one that was checked, and no other`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let (old, stronger) = (try #require(account.passwordHash), try TestAuthority.passwordHash("c3Ryb25n"))
    let changed = try TestAuthority.passwordHash("bmV3")
    #expect(try await change(account, checkedVersion: 1, in: world) == .changed(endedSessions: 0))
    try await world.write { authority, tx, _ in
      try authority.upgradePasswordHash(of: account.id, from: old, to: stronger, in: tx)
    }
    #expect(try await world.read { try $0.account(account.id) }?.passwordHash == changed)
    try await world.write { authority, tx, _ in
      try authority.upgradePasswordHash(of: account.id, from: changed, to: stronger, in: tx)
    }
    let stored = try await world.read { try $0.account(account.id) }
    #expect(stored?.passwordHash == stronger)
    #expect(stored?.credentialVersion == 2)
  }

  private func change(
    _ account: Account, checkedVersion: Int64?, keeping kept: SessionID? = nil, salt: String = "bmV3",
    in world: World
  ) async throws -> PasswordChangeOutcome {
    let hash = try TestAuthority.passwordHash(salt)
    return try await world.write { authority, tx, now in
      try authority.changePassword(
        of: account.id, to: hash, checkedVersion: checkedVersion, keeping: kept, origin: TestAuthority.origin,
        in: tx, at: now)
    }
  }
}
