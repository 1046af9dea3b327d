import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct AccessTokenTests {
  @Test func `an access token carries what RFC 9068 asks for, and no more`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    let tokens = try await world.test.logIn(account)
    let token = tokens.accessToken
    guard case .object(let members) = token.claims else {
      Issue.record("no object")
      return
    }
    #expect(
      members.map(\.name) == [
        "iss", "sub", "aud", "exp", "iat", "jti", "client_id", "sid", "rv", "auth_time", "scope", "roles",
      ])
    let now = world.clock.now.seconds
    let epoch = try #require(try await world.read { try $0.settings() }).revocationEpoch
    let expected: [(String, JSON)] = [
      ("iss", .string(TestAuthority.issuer)), ("sub", .string(account.id.description)),
      (
        "aud", .strings([TestAuthority.issuer, TestAuthority.ordersAudience, TestAuthority.reportsAudience])
      ),
      ("exp", .integer(now + 300)), ("iat", .integer(now)), ("client_id", .string("signet")),
      ("sid", .string(tokens.session.id.description)), ("rv", .string("\(epoch).0")),
      ("auth_time", .integer(now)), ("scope", .string("orders:read orders:write")),
      ("roles", .strings(["clerk"])),
    ]
    for (name, value) in expected { #expect(token.claim(name) == value, "\(name)") }
    #expect(token.lifetimeSeconds == 300)
    #expect(token.expiresAt == world.clock.now + .seconds(300))
  }

  @Test func `a token stays under 600 bytes`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount(roles: ["clerk"]))
    let records = try await world.read { try $0.signingKeys() }
    let signer = try world.authority.signingKeys(from: records).signer
    // For one resource, as a client asks that knows what it wants.
    let narrow = GrantNarrowing(scopes: nil, resources: [TestAuthority.ordersAudience])
    let renewed = try #require(try await world.test.refresh(tokens.refreshToken, narrowing: narrow).tokens)
    #expect(try JWT.sign(renewed.accessToken.claims, type: "at+jwt", with: signer).utf8.count < 600)
  }

  @Test func `no token outlives its session`() async throws {
    let world = try await World(policy: try TestAuthority.policy(sessionAbsoluteLimit: .seconds(3600)))
    var tokens = try await world.test.logIn(try await world.test.addAccount())
    world.clock.advance(by: .seconds(3500))
    tokens = try #require(try await world.test.refresh(tokens.refreshToken).tokens)
    #expect(tokens.accessToken.expiresAt == tokens.session.absoluteExpiry)
    #expect(tokens.accessToken.lifetimeSeconds == 100)
    world.clock.advance(by: .seconds(100))
    #expect(try await world.isAccepted(tokens) == false)
  }

  @Test func `a token says how much of the log had been written before it was minted`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let first = try await world.test.logIn(account)
    #expect(try await world.logOut(try await world.test.logIn(account)))
    #expect(try await world.logOut(try await world.test.logIn(account)))
    let renewed = try #require(try await world.test.refresh(first.refreshToken).tokens)
    func position(of tokens: IssuedTokens) throws -> Int64 {
      guard case .string(let text) = tokens.accessToken.claim("rv") else { return -1 }
      return try #require(RevocationPosition(text)).sequence
    }
    #expect(try position(of: first) == 0)
    #expect(try position(of: renewed) == 2)
    // A login that replaces a session is minted before its own entry, which is about another session.
    let request = SessionRequest(origin: TestAuthority.origin, replacing: first.session.id)
    let replaced = try await world.test.logIn(account, request: request)
    #expect(try position(of: replaced) == 2)
    #expect(world.revocations.last?.sequence == 3)
    #expect(try await world.isAccepted(replaced))
    #expect(try await world.isAccepted(renewed) == false)
  }

  @Test func `a role that is no longer declared is not in a token`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount(roles: ["clerk"])
    try await world.write { _, tx, _ in
      var old = account
      old.roles = ["clerk", "former"]
      try tx.update(old)
    }
    let current = try #require(try await world.read { try $0.account(account.id) })
    #expect(try await world.test.logIn(current).accessToken.claim("roles") == .strings(["clerk"]))
  }
}
