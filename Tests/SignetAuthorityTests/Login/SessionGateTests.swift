import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// The one gate to a session.
@Suite struct SessionGateTests {
  @Test func `a login makes a session, a grant, an access token and a line in the log`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    let tokens = try await world.test.logIn(account)
    let session = try #require(try await world.session(tokens.session.id))
    #expect(session == tokens.session)
    #expect(session.account == account.id)
    #expect(session.absoluteExpiry == world.clock.now + .seconds(86_400))
    #expect(session.userAgent == TestAuthority.origin.userAgent)
    #expect(session.address == TestAuthority.origin.address)
    #expect(try await world.read { try $0.grants(of: session.id) } == [tokens.grant])
    #expect(tokens.grant.scopes == ["orders:read", "orders:write"])
    #expect(try await world.isAccepted(tokens))
    #expect(try await world.auditLines(of: account.id) == ["account.added", "login.succeeded"])
  }

  @Test func `A7 every login has a session identifier of its own`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    var sessions: Set<SessionID> = []
    var tokenIDs: Set<JSON> = []
    var previous: SessionID?
    for _ in 0..<20 {
      let request = SessionRequest(origin: TestAuthority.origin, replacing: previous)
      let tokens = try await world.test.logIn(account, request: request)
      sessions.insert(tokens.session.id)
      tokenIDs.insert(try #require(tokens.accessToken.claim("jti")))
      #expect(tokens.accessToken.claim("sid") == .string(tokens.session.id.description))
      previous = tokens.session.id
    }
    #expect(sessions.count == 20)
    #expect(tokenIDs.count == 20)
  }

  @Test func `A7 a login in a browser that had a session ends that one`() async throws {
    let world = try await World()
    let (ada, eve) = (try await world.test.addAccount("ada"), try await world.test.addAccount("eve"))
    // Eve plants her session in Ada's browser, or just shares it: either way it does not live on.
    let planted = try await world.test.logIn(eve)
    let request = SessionRequest(origin: TestAuthority.origin, replacing: planted.session.id)
    let tokens = try await world.test.logIn(ada, request: request)
    #expect(tokens.session.id != planted.session.id)
    #expect(try await world.session(planted.session.id)?.ending?.cause == .replaced)
    #expect(try await world.isAccepted(planted) == false)
    #expect(try await world.isAccepted(tokens))
    #expect(try await world.test.refresh(planted.refreshToken).denial == .sessionEnded)
  }

  @Test func `a login beyond what an account may have ends its oldest session, and no other`() async throws {
    let world = try await World(policy: try TestAuthority.policy(sessionsPerAccount: 3))
    let account = try await world.test.addAccount()
    let other = try await world.test.logIn(try await world.test.addAccount("eve"))
    var all: [IssuedTokens] = []
    for _ in 0..<5 {
      all.append(try await world.test.logIn(account))
      world.clock.advance(by: .seconds(1))
    }
    for (index, tokens) in all.enumerated() {
      #expect(try await world.isAccepted(tokens) == (index >= 2), "\(index)")
      #expect(
        try await world.session(tokens.session.id)?.ending?.cause == (index >= 2 ? nil : .crowdedOut))
    }
    #expect(try await world.isAccepted(other))
    // A browser's own session makes the room that its successor takes.
    let request = SessionRequest(origin: TestAuthority.origin, replacing: all[4].session.id)
    _ = try await world.test.logIn(account, request: request)
    #expect(try await world.isAccepted(all[2]))
  }

  @Test func `a session that is gone is replaced without a word`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let request = SessionRequest(
      origin: TestAuthority.origin, replacing: SessionID(from: .seeded(Seed(8))))
    let tokens = try await world.test.logIn(account, request: request)
    #expect(try await world.isAccepted(tokens))
    #expect(world.revocations.isEmpty)
  }

  @Test func `a login loses when the credentials changed while the password was hashed`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let login = try world.test.authenticate(account)
    let hash = try TestAuthority.passwordHash("bmV3bmV3bmV3bmV3")
    let change = try await world.write { authority, tx, now in
      try authority.changePassword(
        of: account.id, to: hash, checkedVersion: nil, keeping: nil, origin: TestAuthority.origin, in: tx,
        at: now)
    }
    #expect(change == .changed(endedSessions: 0))
    #expect(try await open(login, in: world).denial?.reason == .credentialsChanged)
    #expect(try await world.read { try $0.unendedSessions(of: account.id) }.isEmpty)
    #expect(try await world.auditLines().last == "login.failed: credentials_changed")
  }

  @Test func `a login loses when the account was disabled while the password was hashed`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let login = try world.test.authenticate(account)
    #expect(try await world.disable(account) == 0)
    #expect(try await open(login, in: world).denial?.reason == .accountDisabled)
    #expect(try await world.read { try $0.unendedSessions(of: account.id) }.isEmpty)
  }

  @Test func `a hash that was made stronger meanwhile changes nothing`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let login = try world.test.authenticate(account)
    let stronger = try TestAuthority.passwordHash("c3Ryb25nc3Ryb25n")
    try await world.write { authority, tx, _ in
      let old = try #require(account.passwordHash)
      try authority.upgradePasswordHash(of: account.id, from: old, to: stronger, in: tx)
    }
    #expect(try await world.read { try $0.account(account.id) }?.passwordHash == stronger)
    #expect(try await open(login, in: world).tokens != nil)
  }

  @Test func `a login asks for no more than the account has`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["analyst"])
    let login = try world.test.authenticate(account)
    let wishes: [(GrantNarrowing, LoginDenial.Reason)] = [
      (GrantNarrowing(scopes: ["orders:write"], resources: nil), .invalidScope),
      (
        GrantNarrowing(scopes: ["reports:read"], resources: [TestAuthority.ordersAudience]), .invalidScope
      ),
      (GrantNarrowing(scopes: nil, resources: ["https://other.example"]), .invalidResource),
      (GrantNarrowing(scopes: nil, resources: []), .invalidResource),
    ]
    for (wish, reason) in wishes {
      #expect(try await open(login, wish, in: world).denial?.reason == reason)
    }
    let wish = GrantNarrowing(scopes: ["reports:read"], resources: [TestAuthority.reportsAudience])
    let tokens = try #require(try await open(login, wish, in: world).tokens)
    #expect(tokens.accessToken.claim("aud") == .string(TestAuthority.reportsAudience))
    #expect(tokens.accessToken.claim("scope") == .string("reports:read"))
  }

  @Test func `a denial before the gate leaves its evidence`() async throws {
    let world = try await World()
    var login = Login(decoy: try TestAuthority.passwordHash())
    guard case .deny(let denial) = login.step(.passwordChecked(matches: true), at: world.clock.now) else {
      Issue.record("it was not denied")
      return
    }
    try await world.write { authority, tx, now in
      try authority.recordDenial(denial, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(try await world.auditLines().last == "login.failed: out_of_order")
  }

  private func open(
    _ login: AuthenticatedLogin, _ narrowing: GrantNarrowing = .whole, in world: World
  ) async throws -> SessionOpening {
    let request = SessionRequest(narrowing: narrowing, origin: TestAuthority.origin)
    return try await world.write { authority, tx, now in
      try authority.openSession(for: login, request: request, in: tx, at: now)
    }
  }
}
