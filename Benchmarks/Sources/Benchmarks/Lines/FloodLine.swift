/// Ten times the logins that the hash allows, while others refresh and ask at a fixed rate.
struct FloodLine: Line {
  static let name = "flood"
  static let summary = "ten times the logins that the hash allows, beside refreshes and protected requests"

  let tools: Tools

  func run() async throws -> String {
    let authority = try await Authority(tools)
    defer { authority.stop() }
    let tokens = try await authority.tokens(sessions: 64, accessTokens: 1000)
    let refreshes = RefreshTraffic(refreshTokens: tokens.refresh)
    let hashes = PasswordHashes.perSecond(threads: 1, for: 3)
    let idle = try authority.server.megabytes()
    let quiet = try await Load(
      ports: [authority.server.port], streams: Self.others(tokens.access, refreshes)
    ).run(warmUp: 2, seconds: 15)
    // Names that nobody has cost the same hash, from addresses that no throttle has met.
    let guesses = LoginTraffic(password: "not the password at all") { "guessed-\($0)" }
    let flood = Stream("logins", guesses, connections: 512, pace: .open(perSecond: hashes * 10))
    let flooded = try await Load(
      ports: [authority.server.port], streams: Self.others(tokens.access, refreshes) + [flood]
    ).run(warmUp: 2, seconds: 30)
    return try Self.text(
      quiet: quiet, flooded: flooded, hashes: hashes, idle: idle, server: authority.server)
  }

  private static func others(_ accessTokens: [String], _ refreshes: RefreshTraffic) -> [Stream] {
    [
      Stream(
        "`/api/v1/me`", RepeatedTraffic(path: "/api/v1/me", accessTokens: accessTokens), connections: 64,
        pace: .open(perSecond: 2000)),
      Stream("`/api/v1/refresh`", refreshes, connections: 48, pace: .open(perSecond: 500)),
    ]
  }

  private static func text(
    quiet: [StreamReport], flooded: [StreamReport], hashes: Double, idle: Double, server: ServerProcess
  ) throws -> String {
    var table = Table("", "offered/s", "answered/s", "failed", "p50 ms", "p99 ms", "p99.9 ms", "longest ms")
    let names = ["`/api/v1/me`", "`/api/v1/refresh`"]
    for (reports, when) in [(quiet, "alone"), (flooded, "in the flood")] {
      for (index, name) in names.enumerated() {
        let report = reports[index]
        table.add(
          "\(name), \(when)", ["2000", "500"][index], report.perSecond.text(), "\(report.failures())",
          report.latencies.percentile(0.5).text(2), report.latencies.percentile(0.99).text(2),
          report.latencies.percentile(0.999).text(2), (Double(report.latencies.longest) / 1e6).text(1))
      }
    }
    let logins = flooded[2]
    let statuses = logins.statuses.sorted { $0.key < $1.key }
      .map { "\((Double($0.value) / logins.seconds).text()) × \($0.key)" }
    return """
      \(table.markdown)

      Logins: \((hashes * 10).text()) offered a second, ten times the \(hashes.text(1)) that one thread \
      hashes. \
      Answers a second: \(statuses.joined(separator: ", ")). \
      Refusals without `Retry-After`: \(logins.withoutRetryAfter); without an answer: \
      \(logins.lost + logins.unanswered). \
      Memory: \(idle.text()) MB before, \(try server.megabytes().text()) MB after, \
      \(try server.megabytes("VmHWM").text()) MB at most.
      """
  }
}
