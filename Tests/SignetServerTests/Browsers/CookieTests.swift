import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct CookieTests {
  static func logIn(
    _ running: RunningAuthority, _ name: String = "ada", headers: [String: String] = [:]
  ) async throws -> APIAnswer {
    try await running.api.post(
      "/api/v1/login",
      ["login": .string(name), "password": .string(RunningAuthority.password), "cookies": true],
      ["Origin": BrowserSession.origin].merging(headers) { $1 })
  }

  @Test func `A22 a browser gets __Host- cookies, no token in a body, and nothing is stored by a cache`()
    async throws
  {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let answer = try await Self.logIn(running)
      #expect(answer.status == 200)
      #expect(answer["access_token"] == nil)
      #expect(answer["refresh_token"] == nil)
      #expect(answer.headers.first(name: "cache-control") == "no-store")
      #expect(answer.cookies.count == 3)
      for (name, field) in answer.cookies {
        let attributes = field.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }
        #expect(name.hasPrefix("__Host-"))
        #expect(attributes.contains("Secure"), "\(name)")
        #expect(attributes.contains("Path=/"), "\(name)")
        #expect(attributes.contains { $0 == "SameSite=Lax" || $0 == "SameSite=Strict" }, "\(name)")
        #expect(!attributes.contains { $0.hasPrefix("Domain") }, "\(name)")
        #expect(attributes.contains("HttpOnly") == (name != "__Host-signet-csrf"), "\(name)")
      }
      #expect(answer.cookies["__Host-signet-refresh"]?.contains("SameSite=Strict") == true)
      #expect(answer.cookies["__Host-signet-access"]?.contains("Max-Age=300;") == true)
      #expect(answer.cookies["__Host-signet-refresh"]?.contains("Max-Age=3600;") == true)
      let json = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)])
      #expect(json.headers.first(name: "cache-control") == "no-store")
      #expect(json.cookies.isEmpty)
    }
  }

  @Test func `a browser session is used, refreshed and ended by its cookies`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let first = try BrowserSession(try await Self.logIn(running))
      #expect(try await running.api.get("/api/v1/me", ["Cookie": first.cookies]).status == 200)
      let refreshed = try await running.api.send(.POST, "/api/v1/refresh", first.headers)
      #expect(refreshed.status == 200)
      #expect(refreshed["refresh_token"] == nil)
      let second = try BrowserSession(refreshed)
      #expect(second.session == first.session)
      #expect(second.cookies != first.cookies)
      let logout = try await running.api.send(.POST, "/api/v1/logout", second.headers)
      #expect(logout.status == 200)
      #expect(logout.cookies.count == 3)
      #expect(logout.cookies.values.allSatisfy { $0.contains("Max-Age=0;") })
      #expect(try await running.api.get("/api/v1/me", ["Cookie": second.cookies]).status == 401)
      let late = try await running.api.send(.POST, "/api/v1/refresh", second.headers)
      #expect(late.status == 401)
      #expect(late.cookies.values.count { $0.contains("Max-Age=0;") } == 3)
    }
  }

  @Test func `A7 a login gets a new session, and ends the one that the browser had`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      try await running.addAccount("eve")
      let elsewhere = try await running.logIn()
      let first = try BrowserSession(try await Self.logIn(running))
      // Somebody logs in over a session that is not theirs: it must not become theirs.
      let second = try BrowserSession(
        try await Self.logIn(running, "eve", headers: ["Cookie": first.cookies]))
      #expect(second.session != first.session)
      #expect(second.token != first.token)
      #expect(try await running.api.get("/api/v1/me", ["Cookie": first.cookies]).status == 401)
      #expect(try await running.api.get("/api/v1/me", ["Cookie": second.cookies])["username"] == "eve")
      #expect(try await running.api.get("/api/v1/me", elsewhere.bearer).status == 200)
      let events = try await running.auditEvents().filter { $0.kind == .sessionEnded }
      #expect(events.map(\.reason) == ["replaced"])
      // A planted token that was never issued here changes nothing.
      let planted = "__Host-signet-refresh=\(String(repeating: "A", count: 82))"
      let third = try BrowserSession(try await Self.logIn(running, headers: ["Cookie": planted]))
      #expect(third.session != second.session)
    }
  }

  @Test func `a failed login leaves the browser's session alone`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let session = try BrowserSession(try await Self.logIn(running))
      let failed = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": "wrong", "cookies": true], session.headers)
      #expect(failed.status == 401)
      #expect(failed.cookies.isEmpty)
      #expect(try await running.api.get("/api/v1/me", ["Cookie": session.cookies]).status == 200)
    }
  }

  @Test func `a bearer token and a cookie together are refused, as is a cookie sent twice`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let session = try BrowserSession(try await Self.logIn(running))
      let both = try await running.api.get(
        "/api/v1/me", tokens.bearer.merging(["Cookie": session.cookies]) { $1 })
      #expect(both.status == 400)
      #expect(both.code == "ambiguous_credentials")
      let twice = try await running.api.get(
        "/api/v1/me", ["Cookie": "\(session.cookies); \(session.cookies)"])
      #expect(twice.status == 400)
      let refresh = try await running.api.post(
        "/api/v1/refresh", ["refresh_token": .string(tokens.refresh)], session.headers)
      #expect(refresh.status == 400)
      #expect(refresh.code == "ambiguous_credentials")
      var planted = session.headers
      planted["Cookie"] = "\(session.cookies); __Host-signet-refresh=\(tokens.refresh)"
      #expect(try await running.api.send(.POST, "/api/v1/refresh", planted).status == 400)
    }
  }
}
