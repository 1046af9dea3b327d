import Foundation
import JOSE
import NIOCore
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct MetricsServerTests {
  @Test func `what happened is on the page`() async throws {
    try await MeasuredAuthority.run { running, metrics in
      try await running.addAccount()
      let tokens = try await running.logIn()
      _ = try await running.api.post("/api/v1/login", ["login": "ada", "password": "wrong"])
      _ = try await running.api.post("/api/v1/login", ["login": "nobody", "password": "wrong"])
      _ = try await running.api.post("/api/v1/refresh", ["refresh_token": "rt1.invented"])
      for _ in 0..<3 { _ = try await running.api.get("/api/v1/me", tokens.bearer) }
      _ = try await running.api.get("/api/v1/me")
      _ = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer)
      _ = try await running.api.get("/api/v1/me", tokens.bearer)
      _ = try await running.api.get("/no/such/path")
      running.clock.advance(by: .seconds(60))
      let page = try await metrics.scrape()
      func requests(_ route: String, _ method: String, _ code: String) -> Double? {
        page.value("signet_http_requests_total", ["route": route, "method": method, "code": code])
      }
      #expect(requests("/api/v1/login", "POST", "200") == 1)
      #expect(requests("/api/v1/login", "POST", "401") == 2)
      #expect(requests("/api/v1/me", "GET", "200") == 3)
      #expect(requests("/api/v1/me", "GET", "401") == 2)
      #expect(requests("none", "GET", "404") == 1)
      #expect(page.value("signet_http_request_duration_seconds_count", ["route": "/api/v1/login"]) == 3)
      #expect(page.value("signet_http_requests_in_flight") == 0)
      #expect((page.value("signet_http_connections") ?? 0) >= 1)
      // The page does not tell who has an account.
      #expect(page.value("signet_login_refusals_total", ["reason": "wrong_password"]) == 2)
      #expect(page.value("signet_login_refusals_total", ["reason": "unknown_account"]) == 0)
      #expect(page.value("signet_login_refusals_total", ["reason": "no_password"]) == 0)
      #expect(page.value("signet_refresh_refusals_total", ["reason": "forged"]) == 1)
      #expect(page.value("token_verification_refusals_total", ["reason": "missing_credentials"]) == 1)
      #expect(page.value("token_verification_refusals_total", ["reason": "revoked"]) == 1)
      #expect(page.value("token_verification_key_lookups_total", ["outcome": "hit"]) == 4)
      #expect(page.value("signet_sessions_begun_total") == 1)
      #expect(page.value("signet_sessions_ended_total", ["cause": "logout"]) == 1)
      #expect(page.value("signet_audit_events_total", ["kind": "login.failed"]) == 2)
      #expect(page.value("signet_revocation_entries") == 1)
      #expect(page.value("signet_revocation_log_position") == 1)
      #expect(page.value("signet_signing_keys", ["state": "active"]) == 1)
      #expect(page.value("signet_signing_key_age_seconds", ["state": "active"]) == 60)
      #expect(page.value("signet_signing_key_age_seconds", ["state": "retired"]) == nil)
      #expect(page.value("signet_signing_key_rotation_seconds") == 7_775_940)
      #expect((page.value("signet_commit_writes_count") ?? 0) > 5)
      #expect(page.value("signet_commit_failures_total") == 0)
      #expect(page.value("signet_write_queue_length") == 0)
      // The account's own, the three that were checked, and the decoy's.
      #expect(page.value("signet_password_hash_duration_seconds_count") == 5)
      #expect(page.value("signet_build_info", ["version": "1.2.3"]) == 1)
    }
  }

  @Test func `overload and throttling are counted`() async throws {
    try await MeasuredAuthority.run(threadCount: 1, queueLimit: 1) { running, metrics in
      try await running.addAccount()
      let gate = Gate()
      try gate.hold(running.service.hasher)
      let first = Task { try await running.api.post("/api/v1/login", ["login": "ada", "password": "a"]) }
      await gate.until { running.service.hasher.waitingCount == 1 }
      #expect(try await metrics.scrape().value("signet_password_hash_queue_length") == 1)
      let second = try await gate.attempt(beyond: 1, of: running.service.hasher) {
        try await running.api.post("/api/v1/login", ["login": "ada", "password": "b"])
      }
      #expect(second.status == 503)
      gate.open()
      #expect(try await first.value.status == 401)
      var status = 401
      while status == 401 {
        status = try await running.api.post("/api/v1/login", ["login": "ada", "password": "c"]).status
      }
      #expect(status == 429)
      let page = try await metrics.scrape()
      #expect(page.value("signet_password_hash_overloads_total") == 1)
      #expect(page.value("signet_password_guesses_throttled_total") == 1)
      #expect(page.value("signet_audit_events_total", ["kind": "login.throttled"]) == 1)
    }
  }

  @Test func `the process is measured as other programs are`() async throws {
    try await MeasuredAuthority.run { _, metrics in
      let page = try await metrics.scrape()
      #expect((page.value("process_resident_memory_bytes") ?? 0) > 1_000_000)
      #expect((page.value("process_virtual_memory_bytes") ?? 0) > 1_000_000)
      #expect((page.value("process_open_fds") ?? 0) > 3)
      #expect((page.value("process_max_fds") ?? 0) > 3)
      #expect((page.value("process_cpu_seconds_total") ?? 0) > 0)
      let start = page.value("process_start_time_seconds") ?? 0
      #expect(start > 1_600_000_000 && start < 10_000_000_000)
    }
  }

  @Test func `metrics are on their own listener alone, and nothing else is there`() async throws {
    try await MeasuredAuthority.run { running, metrics in
      for path in ["/metrics", "/metrics/", "//metrics", "/METRICS", "/metrics?x=1"] {
        #expect(try await running.api.get(path).status == 404, "\(path)")
      }
      let answer = try await metrics.get("/metrics")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == ["text/plain; version=0.0.4; charset=utf-8"])
      for path in ["/", "/api/v1/me", "/health/live", "/.well-known/jwks.json", "/api/v1/login"] {
        #expect(try await metrics.get(path).status == 404, "\(path)")
      }
      for method in [HTTPMethod.POST, .PUT, .DELETE, .OPTIONS] {
        #expect(try await metrics.send(method, "/metrics").status == 404, "\(method)")
      }
    }
  }

  @Test func `a listener for this machine answers to no other name than its own`() async throws {
    try await MeasuredAuthority.run { _, metrics in
      for name in ["127.0.0.1", "127.0.0.1:9464", "localhost", "LocalHost:80", "[::1]", "[::1]:9464"] {
        #expect(try await metrics.get("/metrics", ["Host": name]).status == 200, "\(name)")
      }
      for name in [
        "evil.example.com", "evil.example.com:9464", "127.0.0.1.example.com", "localhost.example.com",
        "10.0.0.1",
        "[fd00::1]:9464", "", "evil.example.com#127.0.0.1",
      ] {
        let answer = try await metrics.get("/metrics", ["Host": name])
        #expect((400...499).contains(answer.status) && answer.body.isEmpty, "\(name)")
      }
    }
  }

  @Test func `a connection has the limits of the clients' listener`() async throws {
    try await MeasuredAuthority.run { _, metrics in
      let large = try await metrics.get("/metrics", ["X-Large": String(repeating: "x", count: 17_000)])
      #expect((400...499).contains(large.status))
      let fitting = try await metrics.get("/metrics", ["X-Large": String(repeating: "x", count: 15_000)])
      #expect(fitting.status == 200)
    }
    var options = RunningAuthority.Options()
    options.servesMetrics = true
    options.limits.idleTimeout = .milliseconds(300)
    try await RunningAuthority.run(options) { running in
      let isClosed = try await RawConnection.isClosed(
        dripping: "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", every: .milliseconds(5),
        port: try #require(running.metrics).port)
      #expect(isClosed)
    }
  }

  @Test func `when the storage fails the page says the rest`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.servesMetrics = true
    options.makeStorage = { _ in storage }
    try await RunningAuthority.run(options) { running in
      let metrics = try #require(running.metrics)
      #expect(try await metrics.scrape().value("signet_signing_keys", ["state": "active"]) == 1)
      storage.fail(with: .unavailable("disk full"))
      let page = try await metrics.scrape()
      #expect(page.value("signet_signing_keys", ["state": "active"]) == nil)
      #expect(page.value("signet_revocation_entries") == 0)
    }
  }

  @Test func `a listener that other machines reach is asked for twice`() throws {
    for host in ["127.0.0.1", "localhost", "::1"] { _ = try MetricsListener(host: host, port: 9_464) }
    for host in ["0.0.0.0", "::", "10.0.0.1", "metrics.example.com", "127.0.0.1.example.com"] {
      let error = #expect(throws: PolicyError.self) { try MetricsListener(host: host, port: 9_464) }
      #expect(error?.setting == "metrics.address")
      _ = try MetricsListener(host: host, port: 9_464, isRemote: true)
    }
    #expect(throws: PolicyError.self) { try MetricsListener(port: 65_536) }
    #expect(throws: PolicyError.self) { try MetricsListener(port: -1) }
  }

  @Test func `a port that is taken ends the start, and says which`() async throws {
    try await MeasuredAuthority.run { running, metrics in
      let second = MetricsServer(
        service: running.service, listener: try MetricsListener(port: metrics.port), version: "1",
        logger: running.log.logger)
      let error = await #expect(throws: ListenFailure.self) { try await second.run() }
      #expect(error?.description == "127.0.0.1:\(metrics.port) is in use")
      #expect(error?.advice.contains("metrics.port") == true)
    }
  }

  @Test func `the start of the process is told without the machine's own statistics`() throws {
    // Hidden from a service that sees its own processes alone; here they show whether the clocks agree.
    let statistics = try String(contentsOfFile: "/proc/stat", encoding: .utf8)
    let line = try #require(statistics.split(separator: "\n").first { $0.hasPrefix("btime ") })
    let boot = try #require(Double(line.dropFirst("btime ".count)))
    let own = try #require(ProcessStatistics(try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)))
    let told = try #require(ProcessMetrics().samples().first { $0.metric.name == Metric.startTime.name })
    #expect(abs(told.value - (boot + own.startTicks / 100)) < 2)
  }
}
