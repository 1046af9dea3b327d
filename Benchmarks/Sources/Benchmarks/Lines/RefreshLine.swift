/// Durable refreshes: many at once, which share commits, and one after the other, which cannot.
struct RefreshLine: Line {
  static let name = "refresh"
  static let summary = "durable refreshes: 128 at once, 16 at once, and one by one"

  let tools: Tools

  func run() async throws -> String {
    let authority = try await Authority(tools)
    defer { authority.stop() }
    let bare = try ServerProcess(tools.bareServer, ["bare"])
    defer { bare.stop() }
    let tokens = try await authority.tokens(sessions: 256, accessTokens: 1)
    let traffic = RefreshTraffic(refreshTokens: tokens.refresh)
    let disk = try DiskFlushes(folder: authority.folder)
    var samples = [Samples("128 connections"), Samples("16 connections"), Samples("1 connection")]
    var bareSamples = Samples("Hummingbird, no token")
    var flushes: [Double] = []
    for _ in 0..<5 {
      let stream = Stream(
        "bare", RepeatedTraffic(path: "/api/v1/me", accessTokens: tokens.access), connections: 64)
      bareSamples.add(try await Sample.of(bare, stream, seconds: 3))
      flushes.append(try disk.perSecond(for: 0.5))
      for (index, connections) in [128, 16, 1].enumerated() {
        let stream = Stream("refresh", traffic, connections: connections)
        samples[index].add(try await Sample.of(authority.server, stream, seconds: 4))
      }
    }
    var table = Table("`POST /api/v1/refresh`", "per second", "× bare", "CPU µs", "p50 ms", "p99 ms")
    for row in samples + [bareSamples] {
      table.add(
        row.name, row.perSecond.text(), (row.perSecond / bareSamples.perSecond).text(2),
        row.microseconds.text(1), row.p50.text(2), row.p99.text(2))
    }
    return "\(table.markdown)\n\nThe disk, alone: \(flushes.median.text()) flushes a second."
  }
}
