import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct CanaryTests {
  @Test func `A20 no password and no token reaches a log line, an error or a link`() async throws {
    try await RunningAuthority.run { running in
      let (api, new) = (running.api, "canary-new-password-7b1d")
      try await running.addAccount(password: "canary-password-5f3a")
      try await running.addAccount("eve", password: "canary-password-of-eve")
      var answers: [APIAnswer] = []
      let tokens = try await running.logIn(password: "canary-password-5f3a")
      let browser = try await api.post(
        "/api/v1/login", ["login": "eve", "password": "canary-password-of-eve", "cookies": true],
        ["Origin": BrowserSession.origin])
      let session = try BrowserSession(browser)
      answers.append(try await api.post("/api/v1/login", ["login": "ada", "password": "canary-wrong-1"]))
      answers.append(try await api.post("/api/v1/login", ["login": "canary-name", "password": "canary-2"]))
      answers.append(try await api.post("/api/v1/login", ["login": "ada", "password": ["canary-3"]]))
      answers.append(
        try await api.send(
          .POST, "/api/v1/login?password=canary-query", ["Content-Type": "application/json"],
          body: Array(#"{"password":"canary-broken"#.utf8)))
      for path in [
        "/api/v1/me?access_token=\(tokens.access)", "/\(tokens.access)", "/api/v1/sessions/\(tokens.refresh)",
      ] {
        answers.append(try await api.get(path))
        answers.append(try await api.delete(path, tokens.bearer))
      }
      answers.append(try await api.get("/api/v1/me", ["Authorization": "Bearer \(tokens.refresh)"]))
      answers.append(try await api.get("/api/v1/me", ["Authorization": "Bearer \(tokens.access)x"]))
      answers.append(try await api.get("/api/v1/me", ["Cookie": session.cookies]))
      answers.append(try await api.post("/api/v1/refresh", ["refresh_token": .string(tokens.access)]))
      answers.append(try await api.send(.POST, "/api/v1/refresh", ["Cookie": session.cookies]))
      answers.append(
        try await api.post(
          "/api/v1/password", ["current_password": "canary-wrong-2", "new_password": "canary-short"],
          tokens.bearer))
      answers.append(
        try await api.post(
          "/api/v1/password", ["current_password": "canary-password-5f3a", "new_password": .string(new)],
          tokens.bearer))
      running.clock.advance(by: .seconds(400))
      answers.append(try await api.get("/api/v1/me", tokens.bearer))

      let tokenParts = [tokens.access, tokens.refresh].flatMap { $0.split(separator: ".").map(String.init) }
      let cookieValues = session.cookies.split(separator: ";").compactMap { pair in
        pair.split(separator: "=").last.map(String.init)
      }
      let secrets = ["canary"] + tokenParts.dropFirst() + cookieValues
      let texts =
        running.log.lines
        + answers.map { String(decoding: $0.body, as: UTF8.self) + $0.headers.map { "\($0)=\($1)" }.joined() }
      #expect(running.log.lines.count > 20)
      for text in texts {
        for secret in secrets where text.contains(secret) {
          Issue.record("a secret is in: \(text.prefix(300))")
        }
      }
    }
  }

  @Test func `A20 a value that holds a secret does not print it`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let password = try #require(Password(RunningAuthority.password))
      let outcome = try await running.service.login(
        name: LoginName("ada"), password: password, request: SessionRequest(origin: TestAuthority.origin))
      guard case .opened(let tokens) = outcome else { throw FixtureError() }
      var dumped = ""
      dump(tokens, to: &dumped)
      dump(tokens.issued, to: &dumped)
      for text in [
        "\(tokens)", String(reflecting: tokens), "\(tokens.issued)", String(reflecting: tokens.issued),
        dumped,
      ] {
        #expect(!text.contains(tokens.accessToken))
        #expect(!text.contains(tokens.refreshToken))
      }
    }
  }
}
