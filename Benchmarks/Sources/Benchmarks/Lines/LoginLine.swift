/// Logins against what the hash allows, and what other requests feel of them.
struct LoginLine: Line {
  static let name = "login"
  static let summary = "logins, beside what Argon2id alone allows, and a protected request's time meanwhile"

  let tools: Tools

  func run() async throws -> String {
    var table = Table(
      "threads that hash", "hashes/s, alone", "logins/s", "× hash", "p50 ms", "p99 ms", "`/me` alone, p99 ms",
      "`/me` meanwhile, p99 ms")
    for threads in [1, 2] {
      let authority = try await Authority(tools, hashingThreads: threads)
      defer { authority.stop() }
      let tokens = try await authority.tokens(sessions: 8, accessTokens: 1000).access
      var rounds: [Round] = []
      for _ in 0..<3 {
        rounds.append(
          try await Round(authority: authority, accessTokens: tokens, threads: threads))
      }
      let hashes = rounds.map(\.hashesPerSecond).median
      let logins = rounds.map(\.logins.perSecond).median
      table.add(
        "\(threads)", hashes.text(1), logins.text(1), (logins / hashes).text(2),
        rounds.map { $0.logins.latencies.percentile(0.5) }.median.text(1),
        rounds.map { $0.logins.latencies.percentile(0.99) }.median.text(1),
        rounds.map { $0.protectedAlone.latencies.percentile(0.99) }.median.text(2),
        rounds.map { $0.protectedMeanwhile.latencies.percentile(0.99) }.median.text(2))
    }
    return table.markdown + "\n\n`/me` is asked for 500 times a second."
  }

  private struct Round {
    let hashesPerSecond: Double
    let logins: StreamReport
    let protectedAlone: StreamReport
    let protectedMeanwhile: StreamReport

    init(authority: Authority, accessTokens: [String], threads: Int) async throws {
      hashesPerSecond = PasswordHashes.perSecond(threads: threads, for: 3)
      let protected = { () -> Stream in
        let traffic = RepeatedTraffic(path: "/api/v1/me", accessTokens: accessTokens)
        return Stream("me", traffic, connections: 32, pace: .open(perSecond: 500))
      }
      // Few enough at once for one account: the throttle counts the guesses that wait.
      let logins = LoginTraffic(password: authority.password) { _ in "alice" }
      let port = authority.server.port
      self.logins = try await Self.only(
        Load(ports: [port], streams: [Stream("logins", logins, connections: 6)]))
      protectedAlone = try await Self.only(Load(ports: [port], streams: [protected()]))
      let both = [Stream("logins", logins, connections: 6), protected()]
      guard let meanwhile = try await Load(ports: [port], streams: both).run(warmUp: 1, seconds: 5).last
      else {
        throw BenchmarkError("no report")
      }
      protectedMeanwhile = meanwhile
    }

    private static func only(_ load: Load) async throws -> StreamReport {
      guard let report = try await load.run(warmUp: 1, seconds: 5).first, report.failures() == 0 else {
        throw BenchmarkError("not every answer was 200")
      }
      return report
    }
  }
}
