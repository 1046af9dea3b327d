import Foundation
import GRDB
import SignetAuthority
import SignetSQLite
import SignetStorage
import SignetTesting
import Testing

/// Files that must not be opened, and rows that make no sense.
@Suite struct DamageTests {
  @Test func `a file that is no database is refused, and left as it is`() throws {
    let folder = try TemporaryFolder()
    let contents = Data("This is a letter to my aunt, and it is longer than a header of SQLite. ".utf8)
    let url = URL(fileURLWithPath: folder.database)
    try (contents + contents).write(to: url)
    #expect(try refusal(of: folder).contains("backup"))
    #expect(try Data(contentsOf: url) == contents + contents)
  }

  @Test func `a damaged page is found when the file is opened`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    for number: UInt8 in 1...200 {
      try await storage.write { tx in
        try tx.insert(try Account.numbered(number, displayName: String(repeating: "x", count: 150)))
      }
    }
    try storage.close()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.database))
    let size = try file.seekToEnd()
    // All but the first page, which holds the header.
    try file.seek(toOffset: 4096)
    try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
    try file.close()
    #expect(try refusal(of: folder).contains("backup"))
  }

  @Test func `a file that was cut short is refused`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    try storage.close()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.database))
    try file.truncate(atOffset: 3 * 4096)
    try file.close()
    #expect(try refusal(of: folder).contains(folder.database))
  }

  @Test func `another program's database is refused, and gets no tables of ours`() throws {
    let folder = try TemporaryFolder()
    let other = try DatabaseQueue(path: folder.database)
    try other.write { try $0.execute(sql: "CREATE TABLE recipes (name TEXT)") }
    try other.close()
    #expect(try refusal(of: folder).contains("another program"))
    let again = try DatabaseQueue(path: folder.database)
    #expect(try again.read { try $0.tableExists("accounts") } == false)
  }

  @Test func `a newer schema is refused, and says what to do`() throws {
    let folder = try TemporaryFolder()
    try SQLiteStorage.open(path: folder.database).close()
    let newer = Schema.newest + 1
    try edit(folder) { try $0.execute(sql: "UPDATE schema_version SET version = \(newer)") }
    do {
      _ = try SQLiteStorage.open(path: folder.database)
      Issue.record("it opened")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("schema \(newer)"))
      #expect(problem.contains("newer signet"))
    }
    try edit(folder) { try $0.execute(sql: "UPDATE schema_version SET version = \(Schema.newest)") }
    try SQLiteStorage.open(path: folder.database).close()
  }

  @Test func `a database of before resources had secrets keeps its keys, for everybody`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    let keys = [SigningKeyRecord.numbered(1, state: .active), .numbered(2, at: 1)]
    try await storage.write { tx in for key in keys { try tx.insert(key) } }
    try storage.close()
    try edit(folder) {
      try $0.execute(sql: "ALTER TABLE signing_keys DROP COLUMN audience")
      try $0.execute(sql: "ALTER TABLE revocation_log DROP COLUMN moved_to")
      try $0.execute(sql: "ALTER TABLE schema_version DROP COLUMN compatible_from")
      try $0.execute(sql: "UPDATE schema_version SET version = 2")
    }
    let migrated = try SQLiteStorage.open(path: folder.database)
    #expect(try await migrated.read { try $0.signingKeys() } == keys)
    try await migrated.write { try $0.insert(SigningKeyRecord.numbered(3, for: "orders", at: 2)) }
    #expect(try await migrated.read { try $0.signingKeys() }.map(\.audience) == [nil, nil, "orders"])
    try migrated.close()
  }

  @Test func `an empty database gets the newest schema, and opening it again changes nothing`() throws {
    let folder = try TemporaryFolder()
    var schemas: [[String]] = []
    for _ in 0..<2 {
      try SQLiteStorage.open(path: folder.database).close()
      try edit(folder) { database in
        let schema = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        schemas.append(try String.fetchAll(database, sql: schema))
        let version = try Int64.fetchOne(database, sql: "SELECT version FROM schema_version")
        #expect(version == Schema.newest)
      }
    }
    #expect(schemas[0] == schemas[1])
    #expect(schemas[0].count > 10)
  }

  @Test(arguments: [
    "UPDATE sessions SET ended_cause = 'boredom', ended_at = 1", "UPDATE sessions SET ended_at = 1",
    "UPDATE sessions SET id = x'00'", "UPDATE sessions SET authenticated_at = 'noon'",
    "UPDATE sessions SET user_agent = x'00'", "UPDATE sessions SET authenticated_at = 0.5",
  ])
  func `a stored session that makes no sense is corrupt`(change: String) async throws {
    let storage = try await edited(by: change)
    await #expect(throws: StorageError.self, "\(change)") {
      try await storage.storage.read { tx in
        _ = try tx.unendedSessions(of: .numbered(1))
        _ = try tx.session(.numbered(2))
        // A row whose identifier was changed is simply not found; the first read met it.
      }
    }
  }

  @Test(arguments: [
    "UPDATE accounts SET roles = 'clerk'", "UPDATE accounts SET roles = '[1]'",
    "UPDATE accounts SET is_enabled = 2", "UPDATE accounts SET username = 'A B'",
    "UPDATE accounts SET password_hash = 'plaintext'",
    "UPDATE accounts SET display_name = CAST(x'FF' AS TEXT)",
  ])
  func `a stored account that makes no sense is corrupt`(change: String) async throws {
    let storage = try await edited(by: change)
    do {
      _ = try await storage.storage.read { try $0.account(.numbered(1)) }
      Issue.record("it was read")
    } catch StorageError.corrupt(let problem) {
      #expect(!problem.contains("plaintext"), "the value is not repeated")
    }
  }

  @Test func `a stored key of an unknown state or algorithm is corrupt`() async throws {
    for change in ["UPDATE signing_keys SET state = 'x'", "UPDATE signing_keys SET algorithm = 'none'"] {
      let storage = try await edited(by: change)
      do {
        _ = try await storage.storage.read { try $0.signingKeys() }
        Issue.record("it was read")
      } catch StorageError.corrupt {}
    }
  }

  private func edited(by change: String) async throws -> OpenStorage {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try await storage.write { tx in
      try tx.insert(try Account.numbered(1))
      try tx.insert(Session.numbered(2, account: 1))
      try tx.insert(SigningKeyRecord.numbered(3))
    }
    try storage.close()
    try edit(folder) { try $0.execute(sql: change) }
    return OpenStorage(storage: try SQLiteStorage.open(path: folder.database), folder: folder)
  }

  private func edit(_ folder: TemporaryFolder, _ change: (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: folder.database)
    try queue.writeWithoutTransaction(change)
    try queue.close()
  }

  /// Why the file is refused as corrupt.
  private func refusal(of folder: TemporaryFolder) throws -> String {
    do {
      try SQLiteStorage.open(path: folder.database).close()
      Issue.record("it opened")
      return ""
    } catch StorageError.corrupt(let problem) {
      return problem
    }
  }
}
