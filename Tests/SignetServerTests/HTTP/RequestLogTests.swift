import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct RequestLogTests {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let traceparent = "00-\(trace)-b7ad6b7169203331-01"

  @Test func `all lines of a request carry its id, and so does the audit log`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let login = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": "wrong"], ["X-Request-Id": "theirs"])
      let refresh = try await running.api.post("/api/v1/refresh", ["refresh_token": "rt1.invented"])
      let refused = try await running.api.get("/api/v1/me", ["Authorization": "Bearer x"])
      for (answer, count) in [(login, 1), (refresh, 2), (refused, 2)] {
        let id = try #require(answer.headers.first(name: "x-request-id"))
        #expect(answer["request_id"] == id)
        #expect(running.log.lines.count { $0.contains("hb.request.id=\(id)") } == count, "\(answer.status)")
      }
      let event = try #require(try await running.auditEvents().first)
      #expect(event.kind == .loginFailed)
      #expect(event.origin.requestID == login.headers.first(name: "x-request-id"))
      #expect(!running.log.lines.contains { $0.contains("theirs") })
    }
  }

  @Test func `an error of the storage is logged under the request's id`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    try await RunningAuthority.run(options) { running in
      storage.fail(with: .unavailable("disk full"))
      let answer = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": "x"], ["traceparent": Self.traceparent])
      let id = try #require(answer.headers.first(name: "x-request-id"))
      // The feed's own look at the log fails as well, and belongs to no request.
      let line = try #require(running.log.lines.first { $0.contains("disk full") && $0.contains(id) })
      #expect(line.contains("trace_id=\(Self.trace)"))
    }
  }

  @Test func `a trace's identifiers stand in every line of its requests`() async throws {
    try await RunningAuthority.run { running in
      _ = try await running.api.get(
        "/api/v1/me", ["Authorization": "Bearer x", "traceparent": Self.traceparent, "tracestate": "a=1"])
      let lines = running.log.lines.filter { $0.contains("request") && $0.contains("hb.request.id") }
      #expect(lines.count == 2)
      for line in lines {
        #expect(
          line.contains("trace_id=\(Self.trace)") && line.contains("parent_id=b7ad6b7169203331"), "\(line)")
      }
    }
  }

  @Test(arguments: [
    "00-\(trace)-b7ad6b7169203331-0", "00-\(trace.uppercased())-b7ad6b7169203331-01", "x status=666",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01", traceparent + " ,x",
  ])
  func `what is no trace context leaves no trace in the log`(text: String) async throws {
    try await RunningAuthority.run { running in
      let answer = try await running.api.get("/health/live", ["traceparent": text])
      #expect(answer.status == 200)
      #expect(running.log.lines.contains { $0.contains("route=/health/live") })
      #expect(!running.log.lines.contains { $0.contains("trace_id") || $0.contains(text) })
    }
  }

  @Test func `a path, a query and a user agent reach no line`() async throws {
    try await RunningAuthority.run { running in
      let answer = try await running.api.send(
        .PATCH, "/canary%0a/canary?canary",
        ["User-Agent": "canary", "Referer": "canary"])
      #expect(answer.status == 404)
      let line = try #require(running.log.lines.first { $0.contains("status=404") })
      #expect(!line.contains("canary"))
      #expect(line.contains("route=NotFound") && line.contains("method=PATCH "))
    }
  }
}
