import HummingbirdTokenVerification
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetSQLite
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct SessionTests {
  private func me(_ running: RunningAuthority, _ tokens: APITokens) async throws -> Int {
    try await running.api.get("/api/v1/me", tokens.bearer).status
  }

  @Test func `a logout ends its own session at once, and no other`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let here = try await running.logIn()
      let there = try await running.logIn()
      let answer = try await running.api.send(.POST, "/api/v1/logout", here.bearer)
      #expect(answer.status == 200)
      #expect(try answer.json()["ended_sessions"]?.integer == 1)
      #expect(try await me(running, here) == 401)
      #expect(try await me(running, there) == 200)
      #expect(
        try await running.api.post("/api/v1/refresh", ["refresh_token": .string(here.refresh)]).code
          == "session_ended")
    }
  }

  @Test func `a logout can reach the others, or all`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      try await running.addAccount("eve")
      let sessions = [try await running.logIn(), try await running.logIn(), try await running.logIn()]
      let stranger = try await running.logIn("eve")
      let others = try await running.api.post("/api/v1/logout", ["others": true], sessions[0].bearer)
      #expect(try others.json()["ended_sessions"]?.integer == 2)
      #expect(try await me(running, sessions[0]) == 200)
      #expect(try await me(running, sessions[1]) == 401)
      let again = try await running.logIn()
      let everywhere = try await running.api.post("/api/v1/logout", ["everywhere": true], again.bearer)
      #expect(try everywhere.json()["ended_sessions"]?.integer == 2)
      #expect(try await me(running, again) == 401)
      #expect(try await me(running, sessions[0]) == 401)
      #expect(try await me(running, stranger) == 200)
    }
  }

  @Test func `whoever is logged in sees their sessions and ends them one by one`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      try await running.addAccount("eve")
      let first = try await running.logIn()
      running.clock.advance(by: .seconds(1))
      let second = try await running.logIn()
      let stranger = try await running.logIn("eve")
      let list = try await running.api.get("/api/v1/sessions", second.bearer)
      let shown = try #require(try list.json()["sessions"]?.elements)
      #expect(shown.map { $0["id"]?.string } == [second.session, first.session])
      #expect(shown.map { $0["current"]?.bool } == [true, false])
      #expect(shown[0]["address"]?.string == "127.0.0.1")
      for id in [stranger.session, "AAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let refused = try await running.api.delete("/api/v1/sessions/\(id)", second.bearer)
        #expect(refused.status == 404)
        #expect(refused.code == "session_not_found")
      }
      #expect(try await me(running, stranger) == 200)
      #expect(try await running.api.delete("/api/v1/sessions/\(first.session)", second.bearer).status == 204)
      #expect(try await me(running, first) == 401)
      #expect(try await running.api.delete("/api/v1/sessions/\(first.session)", second.bearer).status == 404)
      let third = try await running.logIn()
      let others = try await running.api.delete("/api/v1/sessions", third.bearer)
      #expect(try others.json()["ended_sessions"]?.integer == 1)
      #expect(try await me(running, second) == 401)
      #expect(try await me(running, third) == 200)
    }
  }

  @Test func `a broken, expired, foreign or revoked token gets 401 and no hint`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let elsewhere = try await RunningAuthority.run { other in
        try await other.addAccount()
        return try await other.logIn()
      }
      var flipped = Array(tokens.access.utf8)
      let last = flipped.count - 10
      flipped[last] = flipped[last] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      let revoked = try await running.logIn()
      _ = try await running.api.send(.POST, "/api/v1/logout", revoked.bearer)
      var answers: [APIAnswer] = []
      for text in [String(decoding: flipped, as: UTF8.self), elsewhere.access, revoked.access, "x.y.z", "x"] {
        answers.append(try await running.api.get("/api/v1/me", ["Authorization": "Bearer \(text)"]))
      }
      running.clock.advance(by: .seconds(301))
      answers.append(try await running.api.get("/api/v1/me", tokens.bearer))
      for answer in answers {
        #expect(answer.status == 401)
        #expect(answer.code == "invalid_token")
        #expect(answer.headers.first(name: "www-authenticate") == #"Bearer error="invalid_token""#)
        #expect(answer["detail"] == answers[0]["detail"])
      }
      let none = try await running.api.get("/api/v1/me")
      #expect(none.status == 401)
      #expect(none.headers.first(name: "www-authenticate")?.contains("error") == false)
    }
  }

  @Test func `the whole story holds over SQLite`() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var options = RunningAuthority.Options()
    options.makeStorage = { observer in
      try SQLiteStorage.open(path: folder.path("authority.sqlite"), observer: observer)
    }
    try await RunningAuthority.run(options) { running in
      let account = try await running.addAccount(roles: ["clerk"])
      let first = try await running.logIn()
      #expect(try await me(running, first) == 200)
      let answer = try await running.api.post("/api/v1/refresh", ["refresh_token": .string(first.refresh)])
      let second = try APITokens(answer)
      #expect(try await me(running, second) == 200)
      running.clock.advance(by: .seconds(60))
      let replay = try await running.api.post("/api/v1/refresh", ["refresh_token": .string(first.refresh)])
      #expect(replay.code == "refresh_token_reused")
      #expect(try await me(running, second) == 401)
      let third = try await running.logIn()
      _ = try await running.api.send(.POST, "/api/v1/logout", third.bearer)
      #expect(try await me(running, third) == 401)
      let fourth = try await running.logIn()
      try await running.disable(account)
      #expect(try await me(running, fourth) == 401)
    }
  }

  @Test func `what was revoked before a restart stays revoked after it`() async throws {
    let clock = TestClock()
    let storage = MemoryStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    let service = try await RunningAuthority.makeService(options, clock: clock, logger: LogRecorder().logger)
    let principal = SessionID(from: .seeded(Seed(5)))
    let now = clock.now
    let subject = RevocationSubject(.session, id: principal.description, issuer: TestAuthority.issuer)
    try await storage.write { tx in
      try tx.append([
        RevocationDraft(subject: subject, ignoresPosition: false, expiresAt: now + .seconds(360))
      ])
    }
    let reopened = try await AuthorityService.open(
      service.authority, storage: storage, hasher: service.hasher, revocations: RevocationState(),
      clock: { clock.now }, logger: service.logger)
    #expect(service.revocations.view.count == 0)
    #expect(reopened.revocations.view.count == 1)
    #expect(reopened.revocations.view.position?.sequence == 1)
  }
}
