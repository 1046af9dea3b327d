/// What one round of a load showed of a server.
struct Sample {
  let perSecond: Double
  /// Processor time of the server for each answer, in microseconds; its neighbours move it little.
  let microseconds: Double
  let p50: Double
  let p99: Double

  /// Processor time of the database behind it for each answer; 0 without one.
  let databaseMicroseconds: Double

  /// Loads a server with one stream, and adds up what it did.
  static func of(_ server: ServerProcess, _ stream: Stream, seconds: Double) async throws -> Sample {
    try await of([server], stream, seconds: seconds)
  }

  /// Loads servers, which share a database, with one stream, and adds up what they did.
  static func of(
    _ servers: [ServerProcess], on database: Database? = nil, _ stream: Stream, seconds: Double
  ) async throws -> Sample {
    func times() throws -> (servers: Double, database: Double) {
      (try servers.map { try $0.cpuSeconds() }.reduce(0, +), try database?.cpuSeconds() ?? 0)
    }
    var before = (servers: 0.0, database: 0.0)
    var after = before
    let reports = try await Load(ports: servers.map(\.port), streams: [stream]).run(
      warmUp: 1, seconds: seconds, onBegin: { before = try times() }, onEnd: { after = try times() })
    guard let report = reports.first, report.failures() == 0 else {
      throw BenchmarkError("\(stream.name): not every answer was 200: \(reports.map(\.statuses))")
    }
    let answers = Double(report.answersInTime)
    return Sample(
      perSecond: report.perSecond, microseconds: (after.servers - before.servers) * 1e6 / answers,
      p50: report.latencies.percentile(0.5), p99: report.latencies.percentile(0.99),
      databaseMicroseconds: (after.database - before.database) * 1e6 / answers)
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
  var databaseMicroseconds: Double { all.map(\.databaseMicroseconds).median }
  var p50: Double { all.map(\.p50).median }
  var p99: Double { all.map(\.p99).median }
}
