import JOSE
import NIOCore
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct HTTPTests {
  @Test func `an unknown path is a problem detail, and a wrong method names the right ones`() async throws {
    try await RunningAuthority.run { running in
      for path in ["/", "/api/v1", "/api/v1/nothing", "/api/v1/sessions/a/b", "/..%2f..%2fetc/passwd"] {
        let answer = try await running.api.get(path)
        #expect(answer.status == 404, "\(path)")
        #expect(answer.code == "not_found", "\(path)")
      }
      let rows: [(HTTPMethod, String, String)] = [
        (.GET, "/api/v1/login", "OPTIONS, POST"), (.PUT, "/api/v1/login", "OPTIONS, POST"),
        (.HEAD, "/api/v1/login", "OPTIONS, POST"), (.POST, "/api/v1/me", "GET, HEAD, OPTIONS"),
        (.PATCH, "/api/v1/sessions", "DELETE, GET, HEAD, OPTIONS"),
        (.DELETE, "/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
      ]
      for (method, path, allow) in rows {
        let answer = try await running.api.send(method, path)
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.headers.first(name: "allow") == allow, "\(method) \(path)")
        if method != .HEAD { #expect(answer.code == "method_not_allowed") }
      }
      let options = try await running.api.send(.OPTIONS, "/api/v1/login")
      #expect(options.status == 204)
      #expect(options.headers.first(name: "allow") == "OPTIONS, POST")
    }
  }

  @Test func `HEAD answers as GET does, without the body`() async throws {
    try await RunningAuthority.run { running in
      for path in ["/health/live", "/.well-known/jwks.json", "/api/v1/me", "/nothing", "/api/v1/login"] {
        let get = try await running.api.get(path)
        let head = try await running.api.send(.HEAD, path)
        #expect(head.status == get.status, "\(path)")
        #expect(head.body.isEmpty)
        #expect(head.headers.first(name: "content-length") == get.headers.first(name: "content-length"))
      }
    }
  }

  @Test func `every answer carries the security headers and a request id of the server's own`() async throws {
    try await RunningAuthority.run { running in
      var ids: Set<String> = []
      for path in ["/health/live", "/api/v1/me", "/nothing"] {
        let answer = try await running.api.get(path, ["X-Request-Id": "from-outside"])
        #expect(answer.headers.first(name: "x-content-type-options") == "nosniff")
        #expect(answer.headers.first(name: "referrer-policy") == "no-referrer")
        #expect(answer.headers.first(name: "content-security-policy")?.contains("default-src 'none'") == true)
        #expect(answer.headers.first(name: "strict-transport-security") != nil)
        #expect(answer.headers.first(name: "cache-control") == "no-store")
        let id = try #require(answer.headers.first(name: "x-request-id"))
        #expect(id != "from-outside")
        if answer.status >= 400 { #expect(answer["request_id"] == id) }
        ids.insert(id)
        #expect(running.log.lines.contains { $0.contains(id) })
      }
      #expect(ids.count == 3)
    }
  }

  @Test func `the address in the audit log is the socket's, whatever headers say`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      _ = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)],
        [
          "X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9",
          "User-Agent": String(repeating: "é", count: 200),
        ])
      let event = try #require(try await running.auditEvents().first)
      #expect(event.kind == .loginSucceeded)
      #expect(event.origin.address == "127.0.0.1")
      #expect(event.origin.userAgent == String(repeating: "é", count: 128))
    }
  }

  @Test func `health tells life from readiness`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      #expect(try await running.api.get("/health/live").status == 200)
      #expect(try await running.api.get("/health/ready").status == 200)
      storage.fail(with: .unavailable("disk full"))
      #expect(try await running.api.get("/health/live").status == 200)
      for answer in [
        try await running.api.get("/health/ready"), try await running.api.get("/api/v1/me", tokens.bearer),
        try await running.api.post("/api/v1/login", ["login": "ada", "password": "x"]),
        try await running.api.post("/api/v1/refresh", ["refresh_token": .string(tokens.refresh)]),
        try await running.api.send(.POST, "/api/v1/logout", tokens.bearer),
      ] {
        #expect(answer.status == 503)
        #expect(answer.code == "unavailable")
        #expect(answer.headers.first(name: "retry-after") == "5")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("disk full"))
      }
      #expect(running.log.lines.contains { $0.contains("disk full") })
      storage.fail(with: nil)
      #expect(try await running.api.get("/health/ready").status == 200)
      #expect(
        try await running.api.post("/api/v1/refresh", ["refresh_token": .string(tokens.refresh)]).status
          == 200)
    }
  }

  @Test func `a server whose disk takes no writes is not ready, and is again when it does`() async throws {
    let options = RunningAuthority.Options()
    try await RunningAuthority.run(options) { running in
      func commit(isDurable: Bool, isDiskWorking: Bool) {
        options.metrics.commitObserver(
          CommitReport(
            writes: 1, duration: .zero, waiting: 0, isDurable: isDurable, isDiskWorking: isDiskWorking,
            events: []))
      }
      for (isDurable, isDiskWorking) in [(false, false), (true, false), (true, true), (false, true)] {
        commit(isDurable: isDurable, isDiskWorking: isDiskWorking)
        let answer = try await running.api.get("/health/ready")
        #expect(answer.status == (isDiskWorking ? 200 : 503))
        #expect(try await running.api.get("/health/live").status == 200)
      }
    }
  }

  @Test func `a body that does not arrive is given up, and what is no HTTP is refused`() async throws {
    var options = RunningAuthority.Options()
    options.limits.bodyTimeout = .milliseconds(300)
    try await RunningAuthority.run(options) { running in
      let head = "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      let slow = try await RawConnection.answer(
        to: head + "Content-Length: 40\r\n\r\n{", port: running.api.port)
      #expect(slow.hasPrefix("HTTP/1.1 408 "))
      let nowhere = "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
      #expect(try await RawConnection.answer(to: nowhere, port: running.api.port).hasPrefix("HTTP/1.1 408 "))
      #expect(try await RawConnection.isClosed(after: nowhere, port: running.api.port))
      let chunked = head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"log"
      #expect(try await RawConnection.answer(to: chunked, port: running.api.port).hasPrefix("HTTP/1.1 408 "))
      let both = head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"
      for text in ["GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", both] {
        let answer = try await RawConnection.answer(to: text, port: running.api.port)
        #expect(
          answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(20)): \(answer.prefix(40))")
      }
      let complete = head + "Content-Length: 2\r\n\r\n{}"
      #expect(try await RawConnection.answer(to: complete, port: running.api.port).hasPrefix("HTTP/1.1 400 "))
      #expect(try await running.api.get("/health/live").status == 200)
    }
  }

  @Test func `a body whose chunks are none is refused, is nobody's fault here, and ends the connection`()
    async throws
  {
    try await RunningAuthority.run { running in
      for body in ["x\r\n", "5\r\n{\"log\nx", "-1\r\n"] {
        let text =
          "POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n" + body
        let answer = try await RawConnection.answer(to: text, port: running.api.port)
        #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("malformed_request"), "\(body)")
        #expect(answer.contains("Connection: close"))
        #expect(try await RawConnection.isClosed(after: text, port: running.api.port))
      }
      #expect(!running.log.lines.contains { $0.hasPrefix("error") })
    }
  }

  @Test func `headers beyond their limits are refused`() async throws {
    try await RunningAuthority.run { running in
      let large = try await running.api.get(
        "/health/live", ["X-Large": String(repeating: "x", count: 17_000)])
      #expect((400...499).contains(large.status))
      let many = Dictionary(uniqueKeysWithValues: (0..<101).map { ("X-Header-\($0)", "x") })
      #expect((400...499).contains(try await running.api.get("/health/live", many).status))
      let most = ["X-Large": String(repeating: "x", count: 15_000)]
      #expect(try await running.api.get("/health/live", most).status == 200)
    }
  }
}
