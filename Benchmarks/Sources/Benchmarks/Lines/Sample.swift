/// What one round of a load showed of a server.
struct Sample {
  let perSecond: Double
  /// Processor time of the server for each answer, in microseconds; its neighbours move it little.
  let microseconds: Double
  let p50: Double
  let p99: Double

  /// Loads `server` with one stream, and adds up what it did.
  static func of(_ server: ServerProcess, _ stream: Stream, seconds: Double) async throws -> Sample {
    var before = 0.0
    var after = 0.0
    let reports = try await Load(port: server.port, streams: [stream]).run(
      warmUp: 1, seconds: seconds, onBegin: { before = try server.cpuSeconds() },
      onEnd: { after = try server.cpuSeconds() })
    guard let report = reports.first, report.failures() == 0 else {
      throw BenchmarkError("\(stream.name): not every answer was 200: \(reports.map(\.statuses))")
    }
    return Sample(
      perSecond: report.perSecond, microseconds: (after - before) * 1e6 / Double(report.answersInTime),
      p50: report.latencies.percentile(0.5), p99: report.latencies.percentile(0.99))
  }
}

/// Rounds of one thing; each figure is the median of the rounds'.
struct Samples {
  let name: String
  private(set) var all: [Sample] = []

  init(_ name: String) {
    self.name = name
  }

  mutating func add(_ sample: Sample) {
    all.append(sample)
  }

  var perSecond: Double { all.map(\.perSecond).median }
  var microseconds: Double { all.map(\.microseconds).median }
  var p50: Double { all.map(\.p50).median }
  var p99: Double { all.map(\.p99).median }
}
