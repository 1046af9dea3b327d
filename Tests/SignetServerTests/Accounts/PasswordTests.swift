import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct PasswordTests {
  private static let newPassword = "nine lives and a new staple"

  private func change(
    _ running: RunningAuthority, _ tokens: APITokens, from current: String = RunningAuthority.password,
    to new: String = PasswordTests.newPassword
  ) async throws -> APIAnswer {
    try await running.api.post(
      "/api/v1/password", ["current_password": .string(current), "new_password": .string(new)], tokens.bearer)
  }

  @Test func `a password change keeps its own session and ends every other at once`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let own = try await running.logIn()
      let other = try await running.logIn()
      let answer = try await change(running, own)
      #expect(answer.status == 200)
      #expect(try answer.json()["ended_sessions"]?.integer == 1)
      #expect(try await running.api.get("/api/v1/me", own.bearer).status == 200)
      #expect(try await running.api.get("/api/v1/me", other.bearer).status == 401)
      #expect(
        try await running.api.post("/api/v1/refresh", ["refresh_token": .string(other.refresh)]).status == 401
      )
      await #expect(throws: FixtureError.self) { try await running.logIn() }
      _ = try await running.logIn(password: Self.newPassword)
    }
  }

  @Test func `A11 a password change beyond the queue gets 503 before anything is written`() async throws {
    let storage = FailingStorage()
    try await RunningAuthority.run(.oneHash(over: storage)) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let hasher = running.service.hasher
      let gate = Gate()
      try gate.hold(hasher)
      let waiting = Task { try await running.logIn() }
      await gate.until { hasher.waitingCount == 1 }
      // What is written would fail, and be the answer.
      storage.failWrites(with: .unavailable("asked beyond the queue"))
      let refused = try await gate.attempt(beyond: 1, of: hasher) { try await change(running, tokens) }
      storage.failWrites(with: nil)
      #expect(refused.status == 503 && refused.code == "overloaded")
      #expect(refused.headers.first(name: "retry-after") == "2")
      gate.open()
      _ = try await waiting.value
      #expect(try await change(running, tokens).status == 200)
    }
  }

  @Test func `the current password must be right, and a refusal leaves evidence`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let before = running.service.hasher.verificationCount
      let answer = try await change(running, tokens, from: "wrong horse battery staple")
      #expect(answer.status == 403)
      #expect(answer.code == "invalid_credentials")
      #expect(answer["field"] == "current_password")
      #expect(running.service.hasher.verificationCount == before + 1)
      #expect(try await running.auditEvents().first?.kind == .passwordChangeRefused)
      _ = try await running.logIn()
    }
  }

  @Test func `a new password must satisfy the policy`() async throws {
    var options = RunningAuthority.Options()
    options.policy = try AuthorityPolicy(
      issuer: TestAuthority.issuer, passwords: try #require(PasswordPolicy(common: .compiledIn())))
    try await RunningAuthority.run(options) { running in
      try await running.addAccount("averylongusername")
      let tokens = try await running.logIn("averylongusername")
      for (new, code) in [
        ("short", "password_too_short"), ("AVeryLongUsername!", "password_contains_name"),
        ("qwertyuiop 1234567", "password_predictable"), ("Trustno1-trustno1", "password_too_common"),
      ] {
        let answer = try await change(running, tokens, to: new)
        #expect(answer.status == 422)
        #expect(answer.code == code)
        #expect(answer["field"] == "new_password")
        let event = try await running.auditEvents().first
        #expect(event?.kind == .passwordChangeRefused)
        #expect(event?.reason == code)
      }
      let longest = String(repeating: "p", count: 1_008) + "nine other lives"
      #expect(try await change(running, tokens, to: longest + "p").status == 422)
      #expect(try await change(running, tokens, to: longest).status == 200)
      _ = try await running.logIn("averylongusername", password: longest)
    }
  }

  @Test func `me shows the account and no secret`() async throws {
    try await RunningAuthority.run { running in
      let account = try await running.addAccount("ada", email: "ada@example.com", roles: ["clerk"])
      let tokens = try await running.logIn()
      let json = try await running.api.get("/api/v1/me", tokens.bearer).json()
      #expect(
        Set(try #require(json.members).map(\.name)) == [
          "sub", "username", "email", "display_name", "roles", "scope", "session_id",
        ])
      #expect(json["sub"]?.string == account.id.description)
      #expect(json["email"]?.string == "ada@example.com")
      #expect(json["roles"]?.elements?.compactMap(\.string) == ["clerk"])
      #expect(json["session_id"]?.string == tokens.session)
    }
  }
}
