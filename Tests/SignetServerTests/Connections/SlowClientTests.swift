import NIOCore
import SignetTesting
import Testing

@testable import SignetServer

/// Clients that hold a connection without using it. Each test ends when the server closes: a limit that does
/// not hold lets it run into its own.
@Suite(.timeLimit(.minutes(10))) struct SlowClientTests {
  private static func limits(
    handshake: Duration = .seconds(600), idle: Duration = .seconds(600), farewell: Duration = .seconds(600),
    body: Duration = .seconds(600)
  ) -> ServerConfiguration.Limits {
    var limits = ServerConfiguration.Limits()
    limits.handshakeTimeout = handshake
    limits.idleTimeout = idle
    limits.farewellTimeout = farewell
    limits.bodyTimeout = body
    return limits
  }

  /// Runs `body` against a server with TLS.
  private func run(
    _ limits: ServerConfiguration.Limits, _ body: @Sendable (RunningAuthority) async throws -> Void
  ) async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    var options = RunningAuthority.Options()
    options.tls = try certificates.make("first")
    options.limits = limits
    try await RunningAuthority.run(options, body)
  }

  @Test(arguments: ["", "\u{16}\u{3}\u{1}", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}"])
  func `a TLS handshake that does not come, or not on, ends the connection`(beginning: String) async throws {
    try await run(Self.limits(handshake: .milliseconds(200))) { running in
      let isClosed = try await RawConnection.isClosed(after: beginning, port: running.api.port)
      #expect(isClosed)
    }
  }

  @Test func `a head that comes byte by byte gets no more time than silence`() async throws {
    var options = RunningAuthority.Options()
    options.limits = Self.limits(idle: .milliseconds(300))
    try await RunningAuthority.run(options) { running in
      let isClosed = try await RawConnection.isClosed(
        dripping: "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ", every: .milliseconds(5),
        port: running.api.port)
      #expect(isClosed)
    }
  }

  @Test(arguments: [
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  ])
  func `a wish for another protocol is answered, and ends the connection`(head: String) async throws {
    var options = RunningAuthority.Options()
    options.limits = Self.limits()
    options.servesMetrics = true
    try await RunningAuthority.run(options) { running in
      for port in [running.api.port, try #require(running.metrics).port] {
        #expect(try await RawConnection.answer(to: head, port: port).contains("Connection: close"))
        let isClosed = try await RawConnection.isClosed(dripping: head, every: .milliseconds(5), port: port)
        #expect(isClosed)
      }
    }
  }

  @Test func `a preflight whose body does not come is answered, and ends the connection`() async throws {
    var options = RunningAuthority.Options()
    options.limits = Self.limits()
    options.browserOrigins = ["https://app.example.com"]
    try await RunningAuthority.run(options) { running in
      let isClosed = try await RawConnection.isClosed(
        after: "OPTIONS /api/v1/login HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.com\r\n"
          + "Access-Control-Request-Method: POST\r\nContent-Length: 9\r\n\r\n{",
        port: running.api.port)
      #expect(isClosed)
    }
  }

  @Test func `a body that comes byte by byte is not waited for`() async throws {
    var options = RunningAuthority.Options()
    options.limits = Self.limits(body: .milliseconds(300))
    try await RunningAuthority.run(options) { running in
      let isClosed = try await RawConnection.isClosed(
        dripping:
          "POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
        every: .milliseconds(5), port: running.api.port)
      #expect(isClosed)
      #expect(running.log.lines.contains { $0.contains("408") })
    }
  }

  @Test func `HTTP/2 that says nothing, or answers no good-bye, is closed`() async throws {
    let silent: [UInt8] = []
    let open = RawHTTP2.head(stream: 1, endsHeaders: false)
    try await run(Self.limits(idle: .milliseconds(100), farewell: .milliseconds(100))) { running in
      for bytes in [silent, RawHTTP2.preface, RawHTTP2.preface + open] {
        _ = try await RawHTTP2.answer(to: bytes, port: running.api.port)
      }
    }
  }

  @Test func `HTTP/2 that pings on is asked to end, and then closed`() async throws {
    var limits = Self.limits(farewell: .seconds(3))
    limits.connectionLifetime = .seconds(1)
    try await run(limits) { running in
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface, port: running.api.port)
      #expect(RawHTTP2.frameTypes(answer).contains(RawHTTP2.goAway))
    }
  }

  @Test func `an HTTP/2 body that never comes is answered with 408`() async throws {
    let limits = Self.limits(
      idle: .seconds(8), farewell: .seconds(1), body: .milliseconds(200))
    try await run(limits) { running in
      let head = RawHTTP2.head(
        stream: 1, method: RawHTTP2.post, path: "/api/v1/login", endsStream: false)
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface + head, port: running.api.port)
      #expect(RawHTTP2.frameTypes(answer).contains(RawHTTP2.headers))
      #expect(running.log.lines.contains { $0.contains("408") })
    }
  }

  @Test func `an HTTP/2 request that has its answer, and does not end, is reset`() async throws {
    try await run(Self.limits()) { running in
      let head = RawHTTP2.head(stream: 1, endsStream: false)
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface + head, port: running.api.port) {
        RawHTTP2.frameTypes($0).contains(RawHTTP2.resetStream)
      }
      #expect(RawHTTP2.frameTypes(answer).contains(RawHTTP2.headers))
    }
  }

  @Test func `HTTP/2 streams that are reset again and again end the connection`() async throws {
    try await run(Self.limits()) { running in
      let resets = (0..<1_000).flatMap { index in
        let stream = UInt32(2 * index + 1)
        return RawHTTP2.head(stream: stream) + RawHTTP2.reset(stream: stream)
      }
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface + resets, port: running.api.port)
      #expect(RawHTTP2.frameTypes(answer).contains(RawHTTP2.goAway))
    }
  }

  @Test func `HTTP/2 fields beyond 16 KiB end the connection unread`() async throws {
    try await run(Self.limits()) { running in
      let field: [UInt8] =
        [0x00, 1, UInt8(ascii: "x"), 100] + Array(repeating: UInt8(ascii: "y"), count: 100)
      let more = (0..<155).flatMap { _ in field }
      #expect(more.count < 16_384)
      let head = RawHTTP2.head(stream: 1, more: more)
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface + head, port: running.api.port)
      #expect(!RawHTTP2.frameTypes(answer).contains(RawHTTP2.headers))
    }
  }

  @Test func `connections that say nothing do not delay a shutdown`() async throws {
    try await run(Self.limits()) { running in
      let silent = try await RawConnection.open(port: running.api.port)
      while !running.log.lines.contains(where: { $0.contains("Connection opened") }) { await Task.yield() }
      await running.shutDown()
      try await silent.closeFuture.get()
    }
  }

  @Test func `a shutdown waits for no body, no head and no good-bye longer than its farewell`() async throws {
    var limits = Self.limits(farewell: .milliseconds(200))
    limits.tlsFarewellTimeout = .milliseconds(200)
    try await run(limits) { running in
      let port = running.api.port
      let unfinished = RawHTTP2.head(
        stream: 1, method: RawHTTP2.post, path: "/api/v1/login", endsStream: false)
      let open = RawHTTP2.head(stream: 1, endsHeaders: false)
      async let body = RawHTTP2.answer(to: RawHTTP2.preface + unfinished, port: port)
      async let head = RawHTTP2.answer(to: RawHTTP2.preface + open, port: port)
      while running.service.metrics.requests.inFlight.value < 1 { await Task.yield() }
      await running.shutDown()
      _ = try await (body, head)
    }
  }

  @Test(arguments: [
    "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n{",
  ])
  func `a shutdown waits for no rest of a request in HTTP/1`(beginning: String) async throws {
    var options = RunningAuthority.Options()
    options.limits = Self.limits(farewell: .milliseconds(200))
    try await RunningAuthority.run(options) { running in
      async let isClosed = RawConnection.isClosed(after: beginning, port: running.api.port)
      while !running.log.lines.contains(where: { $0.contains("Connection opened") }) { await Task.yield() }
      await running.shutDown()
      let hasClosed = try await isClosed
      #expect(hasClosed)
    }
  }

  @Test func `clients make a stop wait for seconds, not for half a minute`() {
    #expect(ServerConfiguration.Limits().longestStop <= .seconds(12))
  }
}
