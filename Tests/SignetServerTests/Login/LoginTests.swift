import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct LoginTests {
  @Test func `a login answers with tokens in RFC 6749's spelling`() async throws {
    try await RunningAuthority.run { running in
      let account = try await running.addAccount(roles: ["clerk"])
      let answer = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)])
      #expect(answer.status == 200)
      let json = try answer.json()
      #expect(json["token_type"]?.string == "Bearer")
      #expect(json["expires_in"]?.integer == 300)
      #expect(json["scope"]?.string == "orders:read orders:write")
      #expect(json["csrf_token"] == nil)
      #expect(answer.cookies.isEmpty)
      #expect(answer.headers.first(name: "cache-control") == "no-store")
      let me = try await running.api.get("/api/v1/me", try APITokens(answer).bearer)
      #expect(me.status == 200)
      #expect(me["sub"] == account.id.description)
      #expect(me["username"] == "ada")
    }
  }

  @Test func `an e-mail address logs in as well as a username, in any case`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount("ada", email: "ada@example.com")
      for name in ["ada", "ADA", "ada@example.com", "Ada@Example.com"] {
        _ = try await running.logIn(name)
      }
    }
  }

  @Test func `A9 an unknown account and a wrong password get the same work and the same answer`() async throws
  {
    try await RunningAuthority.run { running in
      try await running.addAccount("ada")
      try await running.addAccount("passwordless", password: nil)
      let disabled = try await running.addAccount("disabled")
      try await running.disable(disabled)
      let attempts = [
        ("ada", "wrong horse battery staple"), ("nobody", RunningAuthority.password),
        ("passwordless", RunningAuthority.password), ("disabled", RunningAuthority.password),
        ("no such name!", RunningAuthority.password), ("", RunningAuthority.password),
      ]
      var bodies: Set<[UInt8]> = []
      for (name, password) in attempts {
        let before = running.service.hasher.verificationCount
        let answer = try await running.api.post(
          "/api/v1/login", ["login": .string(name), "password": .string(password)])
        #expect(answer.status == 401, "\(name)")
        #expect(answer.code == "invalid_credentials", "\(name)")
        #expect(running.service.hasher.verificationCount == before + 1, "\(name) costs one verification")
        let members = try #require(try answer.json().members).filter { $0.name != "request_id" }
        bodies.insert(
          JSON.object(members.map { JSONMember(name: $0.name, value: $0.value.json()) }).encoded())
      }
      #expect(bodies.count == 1)
      let reasons = try await running.auditEvents().filter { $0.kind == .loginFailed }.map(\.reason)
      #expect(Set(reasons) == ["wrong_password", "unknown_account", "no_password", "account_disabled"])
    }
  }

  @Test func `a login can ask for less, and never for more`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount(roles: ["clerk"])
      func login(_ members: [(String, JSON)]) async throws -> APIAnswer {
        let all = [("login", "ada"), ("password", JSON.string(RunningAuthority.password))] + members
        return try await running.api.post(
          "/api/v1/login", .object(all.map { JSONMember(name: $0.0, value: $0.1) }))
      }
      let narrow = try await login([("scope", "orders:read"), ("resource", .string(TestAuthority.issuer))])
      #expect(narrow.status == 400)
      #expect(narrow.code == "invalid_scope")
      let orders = try await login([
        ("scope", "orders:read"),
        ("resource", .strings([TestAuthority.issuer, TestAuthority.ordersAudience])),
      ])
      #expect(orders["scope"] == "orders:read")
      #expect(try await login([("scope", "reports:read")]).code == "invalid_scope")
      #expect(try await login([("resource", "https://elsewhere.example.com")]).code == "invalid_target")
      // A token that is for another resource alone is not for this API.
      let foreign = try APITokens(try await login([("resource", .string(TestAuthority.ordersAudience))]))
      #expect(try await running.api.get("/api/v1/me", foreign.bearer).status == 401)
    }
  }

  @Test func `A11 a login beyond the queue gets 503 with Retry-After, and everything else goes on`()
    async throws
  {
    let storage = FailingStorage()
    try await RunningAuthority.run(.oneHash(over: storage)) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let hasher = running.service.hasher
      let gate = Gate()
      try gate.hold(hasher)
      let waiting = Task { try await running.logIn() }
      await gate.until { hasher.waitingCount == 1 }
      // Nothing is read or written for it, not even that somebody guessed: else this would be the answer.
      storage.fail(with: .unavailable("asked beyond the queue"))
      let refused = try await gate.attempt(beyond: 1, of: hasher) {
        try await running.api.post(
          "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)])
      }
      #expect(refused.status == 503)
      #expect(refused.code == "overloaded")
      #expect(refused.headers.first(name: "retry-after") == "2")
      storage.fail(with: nil)
      let written = try await running.auditEvents()
      #expect(written.first?.kind == .loginSucceeded)
      #expect(throws: HashingError.overloaded) { try hasher.requireRoom() }
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
      gate.open()
      _ = try await waiting.value
    }
  }

  @Test func `a password hash of another cost is made again at login`() async throws {
    try await RunningAuthority.run { running in
      let account = try await running.addAccount()
      let dearer = try PasswordHasher(
        cost: HashingCost(memoryKiB: 64, passes: 1, lanes: 1, memoryFloorKiB: 8), random: .seeded(Seed(9)))
      let password = try #require(Password(RunningAuthority.password))
      let foreign = try await dearer.hash(password)
      let old = try #require(account.passwordHash)
      try await running.service.storage.write { [authority = running.service.authority] tx in
        try authority.upgradePasswordHash(of: account.id, from: old, to: foreign, in: tx)
      }
      _ = try await running.logIn()
      let stored = try await running.service.storage.read { tx in try tx.account(account.id)?.passwordHash }
      #expect(stored?.parameters == "m=32,t=1,p=1")
      _ = try await running.logIn()
    }
  }
}
