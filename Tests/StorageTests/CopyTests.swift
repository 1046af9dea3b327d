import Foundation
import SignetAuthority
import SignetPostgres
import SignetSQLite
import SignetTesting
import Testing
import TokenVerification

@testable import SignetStorage

/// An authority that goes from one engine to the other.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct CopyTests {
  private let folder: TemporaryFolder
  private let database: PrivateDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try PrivatePostgres.database()
  }

  @Test func `every column of every table is copied, and nothing else`() throws {
    try PostgresStorage.migrate(database.target())
    let stored = try database.sql(
      """
      SELECT table_name || '.' || column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_version'
      """)
    let copied = try CopiedTable.all.flatMap { table in
      let columns = try Self.columns(of: table.page, from: "SELECT ", to: " FROM ")
      #expect(try Self.columns(of: table.insert, from: "(", to: ")") == columns)
      #expect(try Self.columns(of: table.stream, from: "(", to: ")") == columns)
      return columns.map { "\(table.name).\($0)" }
    }
    // Where an authority went is said of a database and not of the authority.
    #expect(Set(copied) == Set(stored).subtracting(["revocation_log.moved_to"]))
    #expect(copied.count == Set(copied).count)
  }

  @Test func `an authority goes to PostgreSQL and back, and is the same`() async throws {
    try await Moved.fill(try SQLiteStorage.open(path: folder.database))
    let opened = try SQLiteStorage.open(path: folder.database)
    let before = try await Moved.contents(of: opened)
    try opened.close()
    let there = try copy(from: try source(), to: try target())
    #expect(there.tables.map(\.name) == CopiedTable.all.map(\.name))
    #expect(there.tables.allSatisfy { $0.digest.rows > 0 && $0.digest.sha256.count == 32 })
    // More than a page.
    #expect(there.tables.first { $0.name == "audit_events" }?.digest.rows == 4_500)
    let node = try PostgresStorage.open(database.target())
    #expect(try await Moved.contents(of: node) == before)
    node.close()
    let back = try copy(
      from: try PostgresCopySource(database.target()), to: try SQLiteCopyTarget(path: folder.path("back")))
    #expect(back.tables.map(\.digest) == there.tables.map(\.digest))
    let storage = try SQLiteStorage.open(path: folder.path("back"))
    #expect(try await Moved.contents(of: storage) == before)
    // Both logs count on, in the epoch of before.
    try await storage.write { tx in
      try tx.append([.numbered(9)])
      try tx.append(AuditEvent.numbered(9))
    }
    #expect(
      try await storage.read { try $0.revocationPosition() }
        == RevocationPosition(epoch: before.position.epoch, sequence: 4))
    #expect(
      try await storage.read { try $0.auditEvents(of: nil, before: nil, limit: 1) }.map(\.sequence) == [4_501]
    )
    try storage.close()
  }

  @Test func `a target that holds anything is refused, and left as it is`() async throws {
    try await Moved.fill(try SQLiteStorage.open(path: folder.database))
    try database.sql("CREATE TABLE recipes (name TEXT)")
    #expect(throws: CopyRefusal.notEmpty(try target().name)) {
      try copy(from: try source(), to: try target())
    }
    #expect(try database.sql("SELECT count(*) FROM pg_class WHERE relname = 'accounts'") == ["0"])
    let other = try PrivatePostgres.database()
    try other.open().close()
    #expect(throws: CopyRefusal.self) {
      try copy(from: try source(), to: try PostgresCopyTarget(other.target()))
    }
    try Data("mine".utf8).write(to: URL(filePath: folder.path("letter")))
    #expect(throws: CopyRefusal.notEmpty(folder.path("letter"))) {
      try copy(from: try source(), to: try SQLiteCopyTarget(path: folder.path("letter")))
    }
    #expect(try Data(contentsOf: URL(filePath: folder.path("letter"))) == Data("mine".utf8))
    #expect(try await successor() == nil)
  }

  @Test func `a source that somebody uses is refused`() async throws {
    let storage = try SQLiteStorage.open(path: folder.database)
    try await Moved.fill(storage, closes: false)
    #expect(throws: StorageError.self) { try source() }
    try storage.close()
    try copy(from: try source(), to: try target())
    let node = try PostgresStorage.open(database.target())
    _ = try await node.read { try $0.settings() }
    do {
      try copy(
        from: try PostgresCopySource(database.target()), to: try SQLiteCopyTarget(path: folder.path("back")))
      Issue.record("it was copied")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("stop every node"))
    }
    node.close()
    #expect(!FileManager.default.fileExists(atPath: folder.path("back")))
  }

  @Test func `nobody reads or writes a database while it is copied`() async throws {
    try await Moved.fill(try database.open())
    try await database.awaitNobody()
    var isRefused = false
    try StorageCopy.run(
      from: try PostgresCopySource(database.target()), to: try SQLiteCopyTarget(path: folder.path("back")),
      check: { _ in
        do {
          try database.sql("SET lock_timeout = '50ms'; SELECT * FROM settings")
        } catch { isRefused = true }
      })
    #expect(isRefused)
  }

  @Test(arguments: ["older", "newer"])
  func `a source with another schema than this program's is refused`(which: String) async throws {
    try await Moved.fill(try database.open())
    try await database.awaitNobody()
    try database.sql(
      which == "older"
        ? "UPDATE schema_version SET version = \(Schema.newest - 1)"
        : "UPDATE schema_version SET version = \(Schema.newest + 1)")
    do {
      _ = try PostgresCopySource(database.target())
      Issue.record("it was taken")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains(which == "older" ? "signet migrate" : "newer signet"))
    }
  }

  private func source() throws -> SQLiteCopySource { try SQLiteCopySource(path: folder.database) }

  private func target() throws -> PostgresCopyTarget { try PostgresCopyTarget(database.target()) }

  /// Where the SQLite authority says that it has gone.
  private func successor() async throws -> String? {
    let storage = try SQLiteStorage.open(path: folder.database)
    let successor = try await storage.read { try $0.successor() }
    try storage.close()
    return successor
  }

  @discardableResult
  private func copy(from source: some CopySource, to target: some CopyTarget) throws -> CopyReport {
    try StorageCopy.run(from: source, to: target, check: { _ in })
  }

  /// The names between two marks of a statement.
  private static func columns(
    of statement: SQLStatement, from start: String, to end: String
  ) throws -> [String] {
    let text = statement.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let rest = try #require(text.range(of: start)).upperBound
    let list = text[rest...].prefix(upTo: try #require(text[rest...].range(of: end)).lowerBound)
    return list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
