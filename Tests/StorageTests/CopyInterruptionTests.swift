import Foundation
import SignetAuthority
import SignetPostgres
import SignetSQLite
import SignetTesting
import Testing

@testable import SignetStorage

/// Copies that do not come to their end: there is never more than one database to serve from.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct CopyInterruptionTests {
  private struct Interruption: Error {}

  private let folder: TemporaryFolder
  private let database: PrivateDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try PrivatePostgres.database()
  }

  @Test(arguments: [1, 2, 5, 12])
  func `a copy to PostgreSQL that ends early leaves both as they were, and is begun again`(
    page: Int
  ) async throws {
    try await Moved.fill(try SQLiteStorage.open(path: folder.database))
    #expect(throws: Interruption.self) {
      try interrupt(at: page, from: source(), to: PostgresCopyTarget(database.target()))
    }
    #expect(try database.sql("SELECT count(*) FROM pg_class WHERE relname = 'accounts'") == ["0"])
    #expect(try await successor() == nil)
    try copy(to: PostgresCopyTarget(database.target()))
    #expect(try await successor() == "\(try database.target())")
  }

  @Test(arguments: [1, 2, 5, 12])
  func `a copy to SQLite that ends early leaves both as they were, and is begun again`(
    page: Int
  ) async throws {
    try await Moved.fill(try database.open())
    try await database.awaitNobody()
    let path = folder.path("back")
    #expect(throws: Interruption.self) {
      try interrupt(
        at: page, from: PostgresCopySource(database.target()), to: SQLiteCopyTarget(path: path))
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: path + ".copying"))
    let node = try PostgresStorage.open(database.target())
    #expect(try await node.read { try $0.successor() } == nil)
    node.close()
    try await database.awaitNobody()
    try StorageCopy.run(
      from: PostgresCopySource(database.target()), to: SQLiteCopyTarget(path: path), check: { _ in })
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func `what a killed copy left beside a SQLite target is removed by the next`() async throws {
    try await Moved.fill(try database.open())
    try await database.awaitNobody()
    let path = folder.path("back")
    try FileManager.default.createDirectory(
      atPath: path + ".copying", withIntermediateDirectories: false, attributes: nil)
    try Data("half".utf8).write(to: URL(filePath: path + ".copying/staged.sqlite"))
    try StorageCopy.run(
      from: PostgresCopySource(database.target()), to: SQLiteCopyTarget(path: path), check: { _ in })
    let storage = try SQLiteStorage.open(path: path)
    #expect(try await storage.read { try $0.settings() } == .example)
    try storage.close()
    #expect(!FileManager.default.fileExists(atPath: path + ".copying"))
  }

  @Test func `once the source says where its authority goes, it goes there or nowhere`() async throws {
    try await Moved.fill(try SQLiteStorage.open(path: folder.database))
    let target = try PostgresCopyTarget(database.target())
    #expect(throws: Interruption.self) {
      try copy(to: ChangedTarget(target, completes: false))
    }
    #expect(try await successor() == target.name, "noted before the target counts")
    #expect(try PostgresStorage.schemaState(of: database.target()) == .missing)
    let other = try PrivatePostgres.database()
    #expect(throws: OpeningError.moved(to: target.name)) {
      try copy(to: PostgresCopyTarget(other.target()))
    }
    #expect(try PostgresStorage.schemaState(of: other.target()) == .missing)
    try copy(to: PostgresCopyTarget(database.target()))
    #expect(throws: CopyRefusal.copiedBefore(target.name)) {
      try copy(to: PostgresCopyTarget(database.target()))
    }
    let node = try PostgresStorage.open(database.target())
    #expect(try await node.read { try $0.settings() } == .example)
    #expect(try await node.read { try $0.successor() } == nil)
    node.close()
  }

  @Test(arguments: ["accounts", "audit_events", "settings"])
  func `a target that does not give back what it got is refused`(table: String) async throws {
    try await Moved.fill(try SQLiteStorage.open(path: folder.database))
    let target = ChangedTarget(try PostgresCopyTarget(database.target()), changes: table)
    #expect(throws: CopyRefusal.differs(table: table)) { try copy(to: target) }
    #expect(try PostgresStorage.schemaState(of: database.target()) == .missing)
    #expect(try await successor() == nil)
  }

  @Test func `a row that is missing is seen, and so is one that is there twice in another table`() throws {
    let rows = [
      SQLRow([.text("a"), .null]), SQLRow([.text(""), .blob([1])]), SQLRow([.integer(1), .null]),
    ]
    let digests = [rows, Array(rows.dropLast()), [rows[1], rows[0], rows[2]], rows + [rows[2]], []].map {
      var digester = TableDigester()
      digester.update($0)
      return digester.digest
    }
    #expect(Set(digests).count == digests.count)
    var parts = TableDigester()
    for row in rows { parts.update([row]) }
    #expect(parts.digest == digests[0])
    // Types and lengths count: neither of these is another's bytes.
    let values: [[SQLValue]] = [
      [.text("ab"), .text("c")], [.text("a"), .text("bc")], [.blob([0x61, 0x62]), .text("c")],
      [.null, .text("")], [.text(""), .null], [.integer(0), .null], [.null, .integer(0)],
    ]
    let single = values.map { value in
      var digester = TableDigester()
      digester.update([SQLRow(value)])
      return digester.digest
    }
    #expect(Set(single).count == values.count)
  }

  private func source() throws -> SQLiteCopySource { try SQLiteCopySource(path: folder.database) }

  private func copy(to target: some CopyTarget) throws {
    try StorageCopy.run(from: source(), to: target, check: { _ in })
  }

  /// Copies, and throws after so many pages of rows were copied or read back.
  private func interrupt(at page: Int, from source: some CopySource, to target: some CopyTarget) throws {
    let interrupted = InterruptedTarget(target, page: page)
    try StorageCopy.run(from: source, to: interrupted, check: { _ in })
  }

  private func successor() async throws -> String? {
    let storage = try SQLiteStorage.open(path: folder.database)
    let successor = try await storage.read { try $0.successor() }
    try storage.close()
    return successor
  }

  /// A target that fails at a page.
  private struct InterruptedTarget<Target: CopyTarget>: CopyTarget {
    let target: Target
    let page: Int

    init(_ target: Target, page: Int) {
      (self.target, self.page) = (target, page)
    }

    var name: String { target.name }

    func fill<Answer>(_ body: (any SQLLoading) throws -> Answer) throws -> Answer {
      var pages = 0
      return try target.fill { connection in
        try body(
          WatchedConnection(connection) { rows, _ in
            pages += 1
            guard pages < page else { throw Interruption() }
            return rows
          })
      }
    }

    func complete() throws { try target.complete() }
    func abandon() throws { try target.abandon() }
  }

  /// A target that stores something else in one table, or does not come to its end.
  private struct ChangedTarget<Target: CopyTarget>: CopyTarget {
    let target: Target
    let table: String?
    let completes: Bool

    init(_ target: Target, changes table: String? = nil, completes: Bool = true) {
      (self.target, self.table, self.completes) = (target, table, completes)
    }

    var name: String { target.name }

    func fill<Answer>(_ body: (any SQLLoading) throws -> Answer) throws -> Answer {
      try target.fill { connection in
        try body(
          WatchedConnection(connection) { rows, table in
            guard table.name == self.table, let first = rows.first else { return rows }
            let changed = first.values.dropFirst().map { value in
              if case .integer(let integer) = value, integer > 1 { return SQLValue.integer(integer + 1) }
              return value
            }
            return [SQLRow(first.values.prefix(1) + changed)] + rows.dropFirst()
          })
      }
    }

    func complete() throws {
      guard completes else { throw Interruption() }
      try target.complete()
    }

    func abandon() throws { try target.abandon() }
  }

  /// A connection that lets somebody see, and change, what is loaded.
  private struct WatchedConnection: SQLLoading {
    let connection: any SQLLoading
    let onLoad: ([SQLRow], CopiedTable) throws -> [SQLRow]

    init(_ connection: any SQLLoading, onLoad: @escaping ([SQLRow], CopiedTable) throws -> [SQLRow]) {
      (self.connection, self.onLoad) = (connection, onLoad)
    }

    func load(_ rows: [SQLRow], into table: CopiedTable) throws {
      try connection.load(onLoad(rows, table), into: table)
    }

    func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
      try connection.execute(statement, values)
    }

    func forEachRow(
      of statement: SQLStatement, _ values: [SQLValue], _ take: (SQLRow) throws -> Void
    ) throws {
      try connection.forEachRow(of: statement, values, take)
    }
  }
}
