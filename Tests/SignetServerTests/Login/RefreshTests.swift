import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct RefreshTests {
  private func refresh(
    _ running: RunningAuthority, _ token: String, retryKey: String? = nil, scope: String? = nil
  ) async throws -> APIAnswer {
    try await running.api.post(
      "/api/v1/refresh",
      .object(omittingNil: [
        "refresh_token": .string(token), "retry_key": retryKey.map { .string($0) },
        "scope": scope.map { .string($0) },
      ]))
  }

  @Test func `a refresh answers with new tokens, and a retry with the same`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let first = try await running.logIn()
      running.clock.advance(by: .seconds(5))
      let second = try APITokens(try await refresh(running, first.refresh))
      #expect(second.refresh != first.refresh)
      #expect(second.session == first.session)
      running.clock.advance(by: .seconds(5))
      let again = try APITokens(try await refresh(running, first.refresh))
      #expect(again.refresh == second.refresh)
      #expect(try await running.api.get("/api/v1/me", again.bearer).status == 200)
    }
  }

  @Test func `a replay after the grace ends the session, and its access token is refused at once`()
    async throws
  {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let first = try await running.logIn()
      let second = try APITokens(try await refresh(running, first.refresh))
      running.clock.advance(by: .seconds(11))
      #expect(try await running.api.get("/api/v1/me", second.bearer).status == 200)
      let replay = try await refresh(running, first.refresh)
      #expect(replay.status == 401)
      #expect(replay.code == "refresh_token_reused")
      for tokens in [first, second] {
        #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      }
      let successor = try await refresh(running, second.refresh)
      #expect(successor.status == 401)
      #expect(successor.code == "session_ended")
    }
  }

  @Test func `a retry key carries a retry beyond the grace, and another one does not`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let first = try await running.logIn()
      let key = "0123456789abcdef"
      let second = try APITokens(try await refresh(running, first.refresh, retryKey: key))
      running.clock.advance(by: .seconds(600))
      #expect(
        try APITokens(try await refresh(running, first.refresh, retryKey: key)).refresh == second.refresh)
      let stranger = try await refresh(running, first.refresh, retryKey: "fedcba9876543210")
      #expect(stranger.code == "refresh_token_reused")
    }
  }

  @Test func `a refresh token that was never issued here is refused, and nothing is written`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let before = try await running.auditEvents().count
      var changed = Array(tokens.refresh.utf8)
      changed[40] = changed[40] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      for text in ["", "x", String(decoding: changed, as: UTF8.self), tokens.refresh + "A", tokens.access] {
        let answer = try await refresh(running, text)
        #expect(answer.status == 401)
        #expect(answer.code == "invalid_refresh_token")
        #expect(answer.headers.first(name: "www-authenticate") == "Bearer")
      }
      #expect(try await running.auditEvents().count == before)
      #expect(try await refresh(running, tokens.refresh).status == 200)
    }
  }

  @Test func `a refresh can ask for less, and never for more`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount(roles: ["clerk"])
      let tokens = try await running.logIn()
      let narrow = try await refresh(running, tokens.refresh, scope: "orders:read")
      #expect(narrow["scope"] == "orders:read")
      let next = try APITokens(narrow)
      let wide = try await refresh(running, next.refresh, scope: "reports:read")
      #expect(wide.status == 400)
      #expect(wide.code == "invalid_scope")
      #expect(try await refresh(running, next.refresh)["scope"] == "orders:read orders:write")
    }
  }

  @Test func `a session ends at its idle limit, and for a disabled account`() async throws {
    try await RunningAuthority.run { running in
      let account = try await running.addAccount()
      let idle = try await running.logIn()
      running.clock.advance(by: .seconds(3_600))
      #expect(try await refresh(running, idle.refresh).code == "session_ended")
      let tokens = try await running.logIn()
      try await running.disable(account)
      #expect(try await refresh(running, tokens.refresh).code == "session_ended")
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
    }
  }

  @Test func `1,000 refreshes of one token at once converge on one successor`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let first = try await running.logIn()
      let answers = try await withThrowingTaskGroup(of: APIAnswer.self) { group in
        for _ in 0..<1_000 {
          group.addTask { try await self.refresh(running, first.refresh) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count == 1_000)
      #expect(answers.allSatisfy { $0.status == 200 })
      #expect(Set(answers.compactMap { $0["refresh_token"] }).count == 1)
      let kinds = try await running.auditEvents().map(\.kind)
      #expect(!kinds.contains(.refreshTokenReused))
      #expect(kinds.count { $0 == .refreshRetried } == 1)
    }
  }

  @Test func `an ended session's token presented 1,000 times leaves few events, and each reason its own`()
    async throws
  {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      _ = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer)
      for round in 1...1_000 {
        #expect(try await refresh(running, tokens.refresh).status == 401)
        if round.isMultiple(of: 2) { running.clock.advance(by: .seconds(1)) }
      }
      let reasons = try await running.auditEvents().filter { $0.kind == .refreshRefused }.map(\.reason)
      #expect((1...10).contains(reasons.count))
      #expect(Set(reasons) == ["session_ended"])
      running.clock.advance(by: .seconds(3_600))
      _ = try await refresh(running, tokens.refresh)
      #expect(try await running.auditEvents().count { $0.kind == .refreshRefused } == reasons.count + 1)
    }
  }

  @Test func `a cookie's token of another session is refused, and that leaves an event`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let body: JSON = [
        "login": "ada", "password": .string(RunningAuthority.password), "cookies": true,
      ]
      let origin = ["Origin": BrowserSession.origin]
      let one = try BrowserSession(try await running.api.post("/api/v1/login", body, origin))
      let other = try BrowserSession(try await running.api.post("/api/v1/login", body, origin))
      var headers = one.headers
      headers["X-CSRF-Token"] = other.token
      #expect(try await running.api.send(.POST, "/api/v1/refresh", headers).code == "csrf_failed")
      let event = try #require(try await running.auditEvents().first)
      #expect(event.kind == .refreshRefused && event.reason == "other_session")
      #expect(event.session?.description == one.session)
      #expect(try await running.api.send(.POST, "/api/v1/refresh", one.headers).status == 200)
    }
  }
}
