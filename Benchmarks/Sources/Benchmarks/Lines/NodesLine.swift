/// Durable refreshes on SQLite, on PostgreSQL, and by three nodes on one PostgreSQL.
struct NodesLine: Line {
  static let name = "nodes"
  static let summary = "durable refreshes: SQLite, one node on PostgreSQL, three nodes"
  static let page = "docs/scale.md"

  let tools: Tools

  func run() async throws -> String {
    let sqlite = try await Authority(tools)
    defer { sqlite.stop() }
    let (first, second) = (try Database(tools), try Database(tools))
    defer { for database in [first, second] { database.stop() } }
    let one = try await Authority(tools, database: first)
    defer { one.stop() }
    let three = try await Authority(tools, database: second, nodes: 3)
    defer { three.stop() }
    let disk = try DiskFlushes(folder: sqlite.folder)
    var flushes: [Double] = []
    var subjects = [
      Subject("SQLite", sqlite, on: nil, try await Self.traffic(of: sqlite)),
      Subject("PostgreSQL, one node", one, on: first, try await Self.traffic(of: one)),
      Subject("PostgreSQL, three nodes", three, on: second, try await Self.traffic(of: three)),
    ]
    for _ in 0..<5 {
      flushes.append(try disk.perSecond(for: 0.5))
      for index in subjects.indices { try await subjects[index].measure() }
    }
    var table = Table(
      "`POST /api/v1/refresh`, 128 connections", "per second", "× SQLite", "CPU µs, nodes",
      "CPU µs, database",
      "p50 ms", "p99 ms")
    for subject in subjects {
      let row = subject.samples
      table.add(
        row.name, row.perSecond.text(), (row.perSecond / subjects[0].samples.perSecond).text(2),
        row.microseconds.text(), row.databaseMicroseconds.text(), row.p50.text(1), row.p99.text(1))
    }
    return "\(table.markdown)\n\nThe disk, alone: \(flushes.median.text()) flushes a second."
  }

  private static func traffic(of authority: Authority) async throws -> RefreshTraffic {
    RefreshTraffic(refreshTokens: try await authority.tokens(sessions: 256, accessTokens: 1).refresh)
  }

  /// What is compared.
  private struct Subject {
    let authority: Authority
    let database: Database?
    let traffic: RefreshTraffic
    var samples: Samples

    init(_ name: String, _ authority: Authority, on database: Database?, _ traffic: RefreshTraffic) {
      self.authority = authority
      self.database = database
      self.traffic = traffic
      samples = Samples(name)
    }

    mutating func measure() async throws {
      let stream = Stream("refresh", traffic, connections: 128)
      samples.add(try await Sample.of(authority.servers, on: database, stream, seconds: 4))
    }
  }
}
