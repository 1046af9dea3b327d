import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

/// One row: where a request says it comes from, and whether it may.
struct CrossSiteRow: Sendable {
  let origin: String?
  let relation: String?
  let goesOn: Bool

  static let own = "https://id.example.com"
  static let configured = "https://app.example.com"

  static let all = [
    CrossSiteRow(origin: own, relation: nil, goesOn: true),
    CrossSiteRow(origin: own, relation: "same-origin", goesOn: true),
    CrossSiteRow(origin: own, relation: "same-site", goesOn: false),
    CrossSiteRow(origin: own, relation: "cross-site", goesOn: false),
    CrossSiteRow(origin: own, relation: "none", goesOn: false),
    CrossSiteRow(origin: configured, relation: nil, goesOn: true),
    CrossSiteRow(origin: configured, relation: "same-site", goesOn: true),
    CrossSiteRow(origin: configured, relation: "cross-site", goesOn: true),
    CrossSiteRow(origin: configured, relation: "none", goesOn: false),
    CrossSiteRow(origin: nil, relation: "same-origin", goesOn: true),
    CrossSiteRow(origin: nil, relation: nil, goesOn: false),
    CrossSiteRow(origin: nil, relation: "same-site", goesOn: false),
    CrossSiteRow(origin: nil, relation: "cross-site", goesOn: false),
    CrossSiteRow(origin: nil, relation: "none", goesOn: false),
    CrossSiteRow(origin: "null", relation: "same-origin", goesOn: false),
    CrossSiteRow(origin: "https://evil.example.com", relation: "same-origin", goesOn: false),
    CrossSiteRow(origin: "https://evil.example.com", relation: nil, goesOn: false),
    CrossSiteRow(origin: "http://id.example.com", relation: nil, goesOn: false),
    CrossSiteRow(origin: "https://id.example.com:8443", relation: nil, goesOn: false),
    CrossSiteRow(origin: "https://id.example.com.evil.example", relation: nil, goesOn: false),
    CrossSiteRow(origin: "https://ID.example.com", relation: nil, goesOn: false),
  ]

  func applied(to headers: [String: String]) -> [String: String] {
    var changed = headers
    changed["Origin"] = origin
    changed["Sec-Fetch-Site"] = relation
    return changed
  }
}

@Suite struct CrossSiteTests {
  private static var options: RunningAuthority.Options {
    var options = RunningAuthority.Options()
    options.browserOrigins = [CrossSiteRow.configured]
    return options
  }

  @Test func `a request with cookies must come from the site's own pages`() async throws {
    try await RunningAuthority.run(Self.options) { running in
      try await running.addAccount()
      for row in CrossSiteRow.all {
        let login = try await CookieTests.logIn(running, headers: ["Origin": BrowserSession.origin])
        let session = try BrowserSession(login)
        let refresh = try await running.api.send(.POST, "/api/v1/refresh", row.applied(to: session.headers))
        #expect(refresh.status == (row.goesOn ? 200 : 403), "refresh \(row)")
        let password = try await running.api.post(
          "/api/v1/password", ["current_password": "wrong", "new_password": "whatever it may be"],
          row.applied(to: session.headers))
        #expect(password.code == (row.goesOn ? "invalid_credentials" : "csrf_failed"), "password \(row)")
        let logout = try await running.api.send(.POST, "/api/v1/logout", row.applied(to: session.headers))
        #expect(logout.status == (row.goesOn ? 200 : 403), "logout \(row)")
        let body: JSON = ["login": "ada", "password": .string(RunningAuthority.password), "cookies": true]
        let again = try await running.api.post("/api/v1/login", body, row.applied(to: [:]))
        #expect(again.status == (row.goesOn ? 200 : 403), "login \(row)")
        #expect(again.cookies.isEmpty == !row.goesOn, "login \(row)")
      }
    }
  }

  @Test func `a request with cookies must carry its own session's token`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      try await running.addAccount("eve")
      let session = try BrowserSession(try await CookieTests.logIn(running))
      let attacker = try BrowserSession(try await CookieTests.logIn(running, "eve"))
      var changed = Array(session.token.utf8)
      changed[50] = changed[50] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      let wrong: [String?] = [
        nil, "", "x", attacker.token, String(decoding: changed, as: UTF8.self), session.token + "A",
        String(session.token.dropLast()),
      ]
      for token in wrong {
        var headers = session.headers
        headers["X-CSRF-Token"] = token
        for (method, path) in [
          ("POST", "/api/v1/refresh"), ("POST", "/api/v1/logout"), ("POST", "/api/v1/password"),
          ("DELETE", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions/\(session.session)"),
        ] {
          let answer = try await running.api.send(.init(rawValue: method), path, headers)
          #expect(answer.status == 403, "\(method) \(path) \(token ?? "none")")
          #expect(answer.code == "csrf_failed")
        }
      }
      #expect(try await running.api.get("/api/v1/me", ["Cookie": session.cookies]).status == 200)
      #expect(try await running.api.send(.DELETE, "/api/v1/sessions", session.headers).status == 200)
    }
  }

  @Test func `A22 a cookie is found byte for byte, whatever Unicode makes of its neighbours`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let session = try BrowserSession(try await CookieTests.logIn(running))
      // U+0600 joins the semicolon behind it to one character: the cookie must still be seen, and guarded.
      let hidden = try await running.api.send(
        .POST, "/api/v1/logout", ["Cookie": "a=\u{600}; \(session.cookies)"])
      #expect(hidden.code == "csrf_failed")
      // U+037E is equal to a semicolon: what stands behind it is still the other cookie's value.
      var headers = session.headers
      headers["Cookie"] = "a=\u{37E}\(session.cookies.replacing("; ", with: "\u{37E}"))"
      let planted = try await running.api.send(.POST, "/api/v1/refresh", headers)
      #expect(planted.code == "missing_field")
      #expect(try await running.api.send(.POST, "/api/v1/refresh", session.headers).status == 200)
    }
  }

  @Test func `a bearer token needs no such proof, for no browser sends it on its own`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let headers = tokens.bearer.merging(["Origin": "https://anywhere.example.com"]) { $1 }
      #expect(try await running.api.send(.POST, "/api/v1/logout", headers).status == 200)
    }
  }

  @Test func `scripts of configured sites may read answers, and those of others may not`() async throws {
    try await RunningAuthority.run(Self.options) { running in
      func headers(_ origin: String, _ more: [String: String] = [:]) -> [String: String] {
        ["Origin": origin].merging(more) { $1 }
      }
      let asked = ["Access-Control-Request-Method": "POST"]
      let allowed = try await running.api.send(
        .OPTIONS, "/api/v1/login", headers(CrossSiteRow.configured, asked))
      #expect(allowed.status == 204)
      #expect(allowed.headers.first(name: "access-control-allow-origin") == CrossSiteRow.configured)
      #expect(allowed.headers.first(name: "access-control-allow-credentials") == "true")
      #expect(allowed.headers.first(name: "access-control-allow-headers")?.contains("X-CSRF-Token") == true)
      let refused = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": "x"], headers(CrossSiteRow.configured))
      #expect(refused.status == 401)
      #expect(refused.headers.first(name: "access-control-allow-origin") == CrossSiteRow.configured)
      for origin in ["https://evil.example.com", "null", "https://app.example.com.evil.example"] {
        for answer in [
          try await running.api.send(.OPTIONS, "/api/v1/login", headers(origin, asked)),
          try await running.api.get("/api/v1/me", headers(origin)),
        ] {
          #expect(answer.headers.first(name: "access-control-allow-origin") == nil, "\(origin)")
          #expect(answer.headers.first(name: "access-control-allow-credentials") == nil, "\(origin)")
          #expect(answer.headers["vary"].contains("Origin"))
        }
      }
    }
  }
}
