import SignetSQLite
import SignetTesting
import Testing

@testable import SignetServer

/// A running authority whose metrics are served, over the engine that reports its commits.
enum MeasuredAuthority {
  static func run(
    threadCount: Int = 2, queueLimit: Int = 1_000,
    _ body: @Sendable (RunningAuthority, APIClient) async throws -> Void
  ) async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var options = RunningAuthority.Options()
    options.threadCount = threadCount
    options.queueLimit = queueLimit
    options.servesMetrics = true
    options.makeStorage = { [metrics = options.metrics] observer in
      try SQLiteStorage.open(
        path: folder.path("signet.db"), observer: observer, commitObserver: metrics.commitObserver,
        checkpointObserver: metrics.checkpointObserver)
    }
    try await RunningAuthority.run(options) { running in
      try await body(running, try #require(running.metrics))
    }
  }
}

extension APIClient {
  /// What the metrics' listener answers.
  func scrape() async throws -> ExpositionPage {
    try ExpositionPage(String(decoding: try await get("/metrics").body, as: UTF8.self))
  }
}
