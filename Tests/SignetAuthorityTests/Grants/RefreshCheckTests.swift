import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What a refresh checks again. Each refusal writes nothing but its evidence, and ends nothing.
@Suite struct RefreshCheckTests {
  @Test func `A5 a disabled account's refresh is refused`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let tokens = try await world.test.logIn(account)
    // Disabled without its sessions being ended: the refresh looks for itself.
    try await world.write { _, tx, _ in
      var disabled = account
      disabled.isEnabled = false
      try tx.update(disabled)
    }
    try await expect(.accountDisabled, for: tokens, in: world)
  }

  @Test func `A5 an ended session's refresh is refused`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    #expect(try await world.logOut(tokens))
    try await expect(.sessionEnded, for: tokens, in: world)
  }

  @Test func `A5 a session that was idle too long is refused, and one instant earlier is not`() async throws {
    for (idle, denial) in [
      (Duration.milliseconds(3_599_999), nil), (.seconds(3600), RefreshDenial.sessionExpired),
    ] {
      let world = try await World()
      let tokens = try await world.test.logIn(try await world.test.addAccount())
      world.clock.advance(by: idle)
      try await expect(denial, for: tokens, in: world)
    }
  }

  @Test func `A5 a session beyond its absolute limit is refused however active it was`() async throws {
    let world = try await World(policy: try TestAuthority.policy(sessionAbsoluteLimit: .seconds(7200)))
    var tokens = try await world.test.logIn(try await world.test.addAccount())
    for _ in 0..<3 {
      world.clock.advance(by: .seconds(2000))
      tokens = try #require(try await world.test.refresh(tokens.refreshToken).tokens)
    }
    world.clock.advance(by: .milliseconds(1_199_999))
    tokens = try #require(try await world.test.refresh(tokens.refreshToken).tokens)
    world.clock.advance(by: .milliseconds(1))
    try await expect(.sessionExpired, for: tokens, in: world)
  }

  @Test func `A5 an ended grant's refresh is refused`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    try await world.write { _, tx, now in
      var ended = tokens.grant
      ended.endedAt = now
      try tx.update(ended)
    }
    try await expect(.grantEnded, for: tokens, in: world)
  }

  @Test func `A5 another client's token is refused, and nothing is ended`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let thief = try #require(ClientID("thief"))
    for age in [Duration.zero, .seconds(60)] {
      world.clock.advance(by: age)
      #expect(try await world.test.refresh(tokens.refreshToken, client: thief).denial == .otherClient)
    }
    #expect(try await world.session(tokens.session.id)?.ending == nil)
    #expect(try await world.test.refresh(tokens.refreshToken).tokens != nil)
  }

  @Test func `A5 a grant that is bound to a key wants that key`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let key = [UInt8](repeating: 3, count: 32)
    let bound = Grant(
      id: GrantID(from: .seeded(Seed(4))), session: tokens.session.id, client: .firstParty, scopes: [],
      resources: [TestAuthority.ordersAudience], senderKey: key, rotatedAt: world.clock.now,
      createdAt: world.clock.now)
    try await world.write { _, tx, _ in try tx.insert(bound) }
    let text = try refreshToken(for: bound, generation: 1, keyring: world.authority.keyring)
    for shown: [UInt8]? in [nil, [UInt8](repeating: 3, count: 31), [UInt8](repeating: 4, count: 32)] {
      #expect(try await world.test.refresh(text, senderKey: shown).denial == .otherSender)
    }
    let renewed = try #require(try await world.test.refresh(text, senderKey: key).tokens)
    // With the key a retry goes through long after the grace; without it nothing does, and nothing ends.
    world.clock.advance(by: .seconds(600))
    let retried = try await world.test.refresh(text, senderKey: key)
    #expect(retried.isRetry == true)
    #expect(retried.tokens?.refreshToken == renewed.refreshToken)
    #expect(try await world.test.refresh(text).denial == .otherSender)
    #expect(try await world.session(tokens.session.id)?.ending == nil)
  }

  @Test func `A5 a refresh never gets more than its grant`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    let narrow = GrantNarrowing(scopes: ["orders:read"], resources: [TestAuthority.ordersAudience])
    let request = SessionRequest(narrowing: narrow, origin: TestAuthority.origin)
    let tokens = try await world.test.logIn(account, request: request)
    let wishes: [(GrantNarrowing, RefreshDenial)] = [
      (GrantNarrowing(scopes: ["orders:read", "orders:write"], resources: nil), .invalidScope),
      (GrantNarrowing(scopes: ["nonsense"], resources: nil), .invalidScope),
      (GrantNarrowing(scopes: nil, resources: [TestAuthority.reportsAudience]), .invalidResource),
      (GrantNarrowing(scopes: nil, resources: []), .invalidResource),
    ]
    for (wish, denial) in wishes {
      #expect(try await world.test.refresh(tokens.refreshToken, narrowing: wish).denial == denial)
    }
    let renewed = try #require(try await world.test.refresh(tokens.refreshToken, narrowing: narrow).tokens)
    #expect(renewed.grant.generation == 2, "the refused ones spent nothing")
    #expect(renewed.accessToken.scopes == ["orders:read"])
  }

  @Test func `A5 a retry is narrowed like any refresh`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount(roles: ["clerk"]))
    _ = try await world.test.refresh(tokens.refreshToken)
    let none = GrantNarrowing(scopes: [], resources: [TestAuthority.reportsAudience])
    let retried = try await world.test.refresh(tokens.refreshToken, narrowing: none)
    #expect(retried.isRetry == true)
    #expect(retried.tokens?.accessToken.scopes == [])
    #expect(retried.tokens?.accessToken.claim("aud") == .string(TestAuthority.reportsAudience))
    let tooMuch = GrantNarrowing(scopes: ["reports:read"], resources: nil)
    #expect(try await world.test.refresh(tokens.refreshToken, narrowing: tooMuch).denial == .invalidScope)
  }

  @Test func `A5 scopes of a role that is gone are gone from the next access token`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    let tokens = try await world.test.logIn(account)
    #expect(tokens.accessToken.scopes == ["orders:read", "orders:write"])
    try await world.write { _, tx, _ in
      var demoted = account
      demoted.roles = []
      try tx.update(demoted)
    }
    let renewed = try #require(try await world.test.refresh(tokens.refreshToken).tokens)
    #expect(renewed.accessToken.scopes == ["orders:read"])
    #expect(renewed.accessToken.claim("roles") == nil)
  }

  @Test func `A5 a grant that is gone raises no alarm`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    world.clock.advance(by: .seconds(90_000))
    _ = try await world.write { authority, tx, now in
      try authority.purge(sessionsFinishedBefore: now, limit: 10, in: tx, at: now)
    }
    #expect(try await world.read { try $0.grant(tokens.grant.id) } == nil)
    #expect(try await world.test.refresh(tokens.refreshToken).denial == .unknownGrant)
    #expect(world.revocations.isEmpty)
  }

  @Test func `A5 a resource that is no longer declared is in no token any more`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    #expect(tokens.grant.resources.contains(TestAuthority.reportsAudience))
    let policy = try AuthorityPolicy(
      issuer: TestAuthority.issuer, passwords: try #require(PasswordPolicy()),
      resources: [Resource(name: "orders", audience: TestAuthority.ordersAudience, scopes: [])])
    let later = Authority(policy: policy, keyring: world.authority.keyring, random: world.authority.random)
    let token = try #require(RefreshToken(tokens.refreshToken, keyring: world.authority.keyring))
    func refresh(for audiences: [String]?) async throws -> RefreshOutcome {
      let request = RefreshRequest(
        token: token,
        narrowing: GrantNarrowing(scopes: nil, resources: audiences), origin: TestAuthority.origin)
      return try await world.write { _, tx, now in try later.refresh(request, in: tx, at: now) }
    }
    #expect(try await refresh(for: [TestAuthority.reportsAudience]).denial == .invalidResource)
    let audiences = try await refresh(for: nil).tokens?.accessToken.claim("aud")
    #expect(audiences == .strings([TestAuthority.issuer, TestAuthority.ordersAudience]))
  }

  /// Refreshes, expects the denial (nil: none), and that a refusal neither spent nor ended anything.
  private func expect(_ denial: RefreshDenial?, for tokens: IssuedTokens, in world: World) async throws {
    let before = try await world.read { (try $0.grant(tokens.grant.id), try $0.session(tokens.session.id)) }
    let revocations = world.revocations
    #expect(try await world.test.refresh(tokens.refreshToken).denial == denial)
    guard let denial else { return }
    let after = try await world.read { (try $0.grant(tokens.grant.id), try $0.session(tokens.session.id)) }
    #expect(after == before)
    #expect(world.revocations == revocations)
    let lines = try await world.auditLines(of: tokens.account.id)
    #expect(lines.last == "refresh.refused: \(denial.rawValue)")
  }

  private func refreshToken(for grant: Grant, generation: UInt8, keyring: Keyring) throws -> String {
    let keyID = try Base64URL.decode(keyring.text().split(separator: ".")[1])
    let message = [1] + keyID + grant.id.bytes + [0, 0, 0, 0, 0, 0, 0, generation]
    return Base64URL.encode(message + keyring.authenticationCode(over: message, for: .refreshToken))
  }
}
