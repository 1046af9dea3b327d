import GRDB
import SignetAuthority
import SignetStorage
import SignetTesting
import Testing

@testable import SignetSQLite

/// Statements and savepoints of one connection. (GRDB has a type of that name, too.)
@Suite struct SQLiteConnectionTests {
  private typealias Connection = SignetSQLite.SQLiteConnection

  private struct Refusal: Error {}

  @Test func `a write that throws is taken back, and those beside it stay`() throws {
    try withConnection { connection in
      for number: Int64 in 1...3 {
        do {
          try connection.inSavepoint {
            _ = try connection.execute(Self.insert, [.integer(number), .blob([])])
            if number == 2 { throw Refusal() }
          }
        } catch is Refusal {}
      }
      #expect(!connection.hasLostTransaction)
      #expect(try Self.sequences(connection) == [1, 3])
    }
  }

  @Test func `a write that cannot be taken back costs the whole transaction`() throws {
    try withConnection { connection in
      #expect(throws: Refusal.self) {
        try connection.inSavepoint {
          _ = try connection.execute("RELEASE one_write", [])
          throw Refusal()
        }
      }
      #expect(connection.hasLostTransaction)
    }
  }

  @Test func `nothing is written once the transaction is gone`() throws {
    try withConnection { connection in
      _ = try connection.execute("ROLLBACK", [])
      #expect(connection.hasLostTransaction)
      #expect(throws: StorageError.self) {
        try connection.execute(Self.insert, [.integer(1), .blob([1])])
      }
    }
  }

  @Test func `a statement that failed runs again`() throws {
    try withConnection { connection in
      _ = try connection.execute(Self.insert, [.integer(1), .blob([1])])
      #expect(throws: StorageError.conflict) {
        try connection.execute(Self.insert, [.integer(1), .blob([2])])
      }
      #expect(try connection.execute(Self.insert, [.integer(2), .blob([2])]) == 1)
      #expect(try Self.sequences(connection) == [1, 2])
    }
  }

  @Test func `a statement wants as many values as it has places`() throws {
    try withConnection { connection in
      for values in [[], [.integer(1)], [.integer(1), .blob([]), .null]] as [[SQLValue]] {
        #expect(throws: StorageError.self) { try connection.execute(Self.insert, values) }
      }
      let written = try Self.sequences(connection)
      #expect(written.isEmpty)
    }
  }

  @Test(arguments: [
    SQLValue.null, .integer(.min), .integer(.max), .text(""), .text("é😀"), .text("a\0b"),
    .text(String(repeating: "x", count: 70_000)), .blob([]), .blob([0, 255]),
    .blob([UInt8](repeating: 7, count: 70_000)),
  ])
  func `a value comes back as it was bound`(value: SQLValue) throws {
    try withConnection { connection in
      try connection.forEachRow(of: "SELECT ?, 1, ?", [value, value]) { row in
        #expect(row == SQLRow([value, .integer(1), value]))
      }
    }
  }

  private static let insert: SQLStatement =
    "INSERT INTO revocations (sequence, subject, ignores_position, expires_at) VALUES (?, ?, 0, 0)"

  private static func sequences(_ connection: Connection) throws -> [Int64] {
    var found: [Int64] = []
    try connection.forEachRow(of: "SELECT sequence FROM revocations ORDER BY sequence", []) { row in
      found.append(try row.integer(0))
    }
    return found
  }

  /// Runs `body` in a transaction of a fresh database.
  private func withConnection(_ body: (Connection) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try storage.pool.writeWithoutTransaction { database in
      try database.inTransaction(.immediate) {
        try body(Connection(database))
        return .rollback
      }
    }
    try storage.close()
  }
}
