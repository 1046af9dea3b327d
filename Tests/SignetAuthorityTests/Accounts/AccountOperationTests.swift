import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct AccountOperationTests {
  @Test func `an account is added once under its names`() async throws {
    let world = try await World()
    let first = try await add(username: "ada", email: "ada@b.example", in: world)
    guard case .added(let account) = first else {
      Issue.record("\(first)")
      return
    }
    #expect(try await world.read { try $0.account(account.id) } == account)
    #expect(account.credentialVersion == 1)
    #expect(account.isEnabled)
    #expect(refusal(try await add(username: "ADA", email: nil, in: world)) == .usernameTaken)
    #expect(refusal(try await add(username: "eve", email: "ADA@b.example", in: world)) == .emailTaken)
    #expect(refusal(try await add(username: nil, email: nil, in: world)) == .noName)
    #expect(try await world.read { try $0.accounts(after: nil, limit: 9) }.count == 1)
    #expect(try await world.auditLines(of: account.id) == ["account.added"])
  }

  @Test func `a display name is at most 200 bytes without control characters`() async throws {
    let world = try await World()
    let cases = [
      ("Ada Lovelace 😀", true), (String(repeating: "a", count: 200), true), ("", true),
      (String(repeating: "a", count: 201), false), ("Ada\0", false), ("Ada\nEve", false),
      ("\u{1B}[31m", false),
    ]
    for (index, (name, isAccepted)) in cases.enumerated() {
      let addition = try await add(username: "user\(index)", email: nil, displayName: name, in: world)
      #expect((refusal(addition) == nil) == isAccepted, "\(name.debugDescription)")
      if !isAccepted { #expect(refusal(addition) == .malformedDisplayName) }
    }
  }

  @Test func `only roles that are declared are given, each once`() async throws {
    let world = try await World()
    let stray = try await add(username: "ada", email: nil, roles: ["clerk", "root"], in: world)
    #expect(refusal(stray) == .unknownRole("root"))
    let twice = try await add(username: "ada", email: nil, roles: ["clerk", "analyst", "clerk"], in: world)
    guard case .added(let account) = twice else {
      Issue.record("\(twice)")
      return
    }
    #expect(account.roles == ["analyst", "clerk"])
  }

  @Test func `disabling ends every session at once, and enabling brings none back`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let sessions = [try await world.test.logIn(account), try await world.test.logIn(account)]
    #expect(try await world.disable(account) == 2)
    for tokens in sessions {
      #expect(try await world.isAccepted(tokens) == false)
      #expect(try await world.test.refresh(tokens.refreshToken).denial == .sessionEnded)
      #expect(try await world.session(tokens.session.id)?.ending?.cause == .accountDisabled)
    }
    #expect(try await world.disable(account) == 0, "it can be said twice")
    #expect(try await enable(account.id, in: world))
    #expect(try await enable(account.id, in: world))
    #expect(try await world.test.refresh(sessions[0].refreshToken).denial == .sessionEnded)
    let enabled = try #require(try await world.read { try $0.account(account.id) })
    #expect(try await world.isAccepted(try await world.test.logIn(enabled)))
    let lines = try await world.auditLines(of: account.id)
    #expect(lines.filter { $0 == "account.disabled" }.count == 1)
    #expect(lines.filter { $0 == "account.enabled" }.count == 1)
    #expect(lines.filter { $0 == "session.ended: account_disabled" }.count == 2)
  }

  @Test func `nobody is disabled or enabled who is not there`() async throws {
    let world = try await World()
    let id = AccountID(from: .seeded(Seed(6)))
    let disabled = try await world.write { authority, tx, now in
      try authority.disableAccount(id, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(disabled == nil)
    #expect(try await enable(id, in: world) == false)
  }

  @Test func `a role that is taken away ends the sessions, one that is given does not`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    let tokens = try await world.test.logIn(account)
    #expect(try await give(["analyst", "clerk"], to: account, in: world) == .changed(endedSessions: 0))
    #expect(try await world.isAccepted(tokens))
    let renewed = try #require(try await world.test.refresh(tokens.refreshToken).tokens)
    #expect(renewed.accessToken.claim("roles") == .strings(["analyst", "clerk"]))
    #expect(renewed.accessToken.scopes == ["orders:read", "orders:write"], "a grant does not grow")
    #expect(try await give(["clerk", "analyst"], to: account, in: world) == .unchanged)
    #expect(try await give(["analyst"], to: account, in: world) == .changed(endedSessions: 1))
    #expect(try await world.isAccepted(renewed) == false)
    #expect(try await world.session(tokens.session.id)?.ending?.cause == .rolesChanged)
    #expect(
      try await world.auditLines(of: account.id).suffix(2) == [
        "account.roles_changed: analyst", "session.ended: roles_changed",
      ])
  }

  @Test func `roles are changed of accounts that are there, to roles that are declared`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    #expect(try await give(["root"], to: account, in: world) == .unknownRole("root"))
    var stranger = account
    stranger = Account(
      id: AccountID(from: .seeded(Seed(6))), username: stranger.username, email: nil, displayName: "",
      roles: [], passwordHash: nil, createdAt: world.clock.now)
    #expect(try await give(["clerk"], to: stranger, in: world) == .noSuchAccount)
    #expect(try await world.read { try $0.account(account.id) } == account)
  }

  private func add(
    username: String?, email: String?, displayName: String = "", roles: [String] = [], in world: World
  ) async throws -> AccountAddition {
    let new = NewAccount(
      username: username.flatMap(Username.init), email: email.flatMap(EmailAddress.init),
      displayName: displayName, roles: roles, passwordHash: nil)
    return try await world.write { authority, tx, now in
      try authority.addAccount(new, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func enable(_ id: AccountID, in world: World) async throws -> Bool {
    try await world.write { authority, tx, now in
      try authority.enableAccount(id, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func give(_ roles: [String], to account: Account, in world: World) async throws -> RolesChange {
    try await world.write { authority, tx, now in
      try authority.changeRoles(of: account.id, to: roles, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func refusal(_ addition: AccountAddition) -> AccountRefusal? {
    if case .refused(let refusal) = addition { refusal } else { nil }
  }
}
