import GRDB
import SignetAuthority
import SignetTesting
import Synchronization
import Testing

@testable import SignetSQLite

@Suite(.blocking, .timeLimit(.minutes(10))) struct CheckpointTests {
  private final class Told: Sendable {
    private let reports = Mutex<[CheckpointReport]>([])
    var all: [CheckpointReport] { reports.withLock { $0 } }
    @Sendable func observer(_ report: CheckpointReport) { reports.withLock { $0.append(report) } }
  }

  @Test func `each attempt to copy the log is told, and whether another program's reading prevented it`()
    async throws
  {
    let folder = try TemporaryFolder()
    let told = Told()
    let storage = try SQLiteStorage.open(path: folder.database, checkpointObserver: told.observer)
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: folder.database, configuration: configuration)
    try await other.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN")
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM accounts")
    }
    try await Self.write(499, to: storage)
    #expect(told.all.isEmpty)
    // It is told after the answer: whoever writes does not wait for the copy.
    try await Self.write(1, to: storage)
    while told.all.isEmpty { await Task.yield() }
    #expect(told.all.map(\.isComplete) == [false])
    #expect(try #require(told.all.first).logBytes > 100_000)
    try await other.writeWithoutTransaction { database in try database.execute(sql: "COMMIT") }
    try await Self.write(500, to: storage)
    while told.all.count < 2 { await Task.yield() }
    #expect(told.all.map(\.isComplete) == [false, true])
    try storage.close()
  }

  private static func write(_ count: Int, to storage: SQLiteStorage) async throws {
    for number in 1...count {
      try await storage.write { tx in try tx.append(AuditEvent.numbered(number)) }
    }
  }
}
