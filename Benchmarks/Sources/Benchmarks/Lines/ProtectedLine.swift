/// A request with a bearer token: the authority's own, and a Hummingbird route with and without a check
/// before it.
struct ProtectedLine: Line {
  static let name = "protected"
  static let summary = "requests with a bearer token, beside the same route bare and with jwt-kit"

  let tools: Tools

  func run() async throws -> String {
    let authority = try await Authority(tools)
    defer { authority.stop() }
    let tokens = try await authority.tokens(sessions: 8, accessTokens: 1000).access
    let environment = [
      "KEYS": try await authority.keySet(), "ISSUER": authority.issuer,
      "AUDIENCE": authority.issuer,
    ]
    let others = try ["bare", "jwt-kit", "signet"].map { mode in
      try ServerProcess(tools.bareServer, [mode], environment: environment)
    }
    defer { for server in others { server.stop() } }
    let servers = others + [authority.server]
    var samples = [
      "Hummingbird, no token", "Hummingbird + jwt-kit", "Hummingbird + TokenMiddleware",
      "the authority's `/api/v1/me`",
    ].map(Samples.init)
    for _ in 0..<5 {
      for (index, server) in servers.enumerated() {
        let traffic = RepeatedTraffic(path: "/api/v1/me", accessTokens: tokens)
        let stream = Stream(samples[index].name, traffic, connections: 64)
        samples[index].add(try await Sample.of(server, stream, seconds: 4))
      }
    }
    return Self.table(samples)
  }

  private static func table(_ samples: [Samples]) -> String {
    var table = Table(
      "`GET`, 64 connections, 1,000 tokens", "requests/s", "× bare", "× jwt-kit", "CPU µs", "p50 ms", "p99 ms"
    )
    for row in samples {
      table.add(
        row.name, row.perSecond.text(), (row.perSecond / samples[0].perSecond).text(2),
        (row.perSecond / samples[1].perSecond).text(2), row.microseconds.text(1), row.p50.text(2),
        row.p99.text(2))
    }
    return table.markdown
  }
}
