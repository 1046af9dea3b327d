import SignetAuthority
import SignetTesting
import Testing

@testable import SignetPostgres
@testable import SignetStorage

/// Two releases on one database: what the newer one migrates, the older one goes on using.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct MigrationTests {
  @Test func `a database without a schema is refused, and says what makes one`() throws {
    let database = try PrivatePostgres.database()
    #expect(try PostgresStorage.schemaState(of: database.target()) == .missing)
    #expect(try Self.refusal(of: database).contains("signet init"))
    #expect(try PostgresStorage.migrate(database.target()) == SchemaChange(from: 0, to: Schema.newest))
    #expect(try PostgresStorage.schemaState(of: database.target()) == .current)
    try PostgresStorage.open(database.target()).close()
  }

  @Test func `an older schema is refused until it was migrated, which is done once`() throws {
    let database = try PrivatePostgres.database()
    try PostgresStorage.migrate(database.target())
    // As the third schema was, which no release had on PostgreSQL.
    try database.sql("ALTER TABLE schema_version DROP COLUMN compatible_from")
    try database.sql("ALTER TABLE revocation_log DROP COLUMN moved_to")
    try database.sql("UPDATE schema_version SET version = 3")
    let older: Int64 = 3
    #expect(try PostgresStorage.schemaState(of: database.target()) == .older(older))
    #expect(try Self.refusal(of: database).contains("schema \(older)"))
    #expect(try Self.refusal(of: database).contains("signet migrate"))
    #expect(try PostgresStorage.migrate(database.target()) == SchemaChange(from: older, to: Schema.newest))
    #expect(
      try PostgresStorage.migrate(database.target()) == SchemaChange(from: Schema.newest, to: Schema.newest))
    try PostgresStorage.open(database.target()).close()
  }

  @Test func `a step that fails leaves the schema of before, whole`() throws {
    let database = try PrivatePostgres.database()
    try PostgresStorage.migrate(database.target())
    let broken = Migration(
      version: Schema.newest + 1,
      statements: ["CREATE TABLE half (id BIGINT)", "ALTER TABLE nothing ADD COLUMN more TEXT"])
    #expect(throws: StorageError.self) { try Self.migrate(database, by: Migration.all + [broken]) }
    #expect(try database.sql("SELECT count(*) FROM pg_class WHERE relname = 'half'") == ["0"])
    try PostgresStorage.open(database.target()).close()
  }

  @Test func `nodes of the release before go on through a migration that only adds, and can be restarted`()
    async throws
  {
    let database = try PrivatePostgres.database()
    let running = try database.open()
    try await Self.use(running, from: 1)
    try Self.migrate(database, by: Migration.all + [Self.addition])
    try await Self.use(running, from: 3)
    #expect(
      try PostgresStorage.schemaState(of: database.target()) == .newerButCompatible(Schema.newest + 1))
    let restarted = try PostgresStorage.open(database.target())
    try await Self.use(restarted, from: 5)
    #expect(try await running.read { try $0.accounts(after: nil, limit: 9) }.count == 6)
    // What the new program sees of rows that the old one wrote.
    #expect(try database.sql("SELECT count(*) FROM sessions WHERE device IS NULL") == ["6"])
    #expect(throws: StorageError.self, "but it is not for the old program to migrate") {
      try PostgresStorage.migrate(database.target())
    }
  }

  @Test func `a schema that has taken away what the release before uses is refused by it`() throws {
    let database = try PrivatePostgres.database()
    let (next, later) = (Schema.newest + 1, Schema.newest + 2)
    let contraction = Migration(
      version: later, compatibleFrom: next, statements: ["ALTER TABLE accounts DROP COLUMN display_name"])
    try Self.migrate(database, by: Migration.all + [Self.addition, contraction])
    #expect(try PostgresStorage.schemaState(of: database.target()) == .newer(later))
    #expect(try Self.refusal(of: database).contains("newer signet"))
    // The release between sees that it may.
    #expect(
      try PostgresConnection(database.target(), limits: PostgresLimits()).write { connection in
        (try Schema.state(connection, newest: next), notice: nil)
      } == .newerButCompatible(later))
  }

  @Test func `every step that says that older programs work on it only adds`() {
    // A table that nobody knows, a column that may be left out, an index that refuses nothing.
    let additions = [
      /CREATE TABLE .*/.dotMatchesNewlines(), /CREATE INDEX .*/.dotMatchesNewlines(),
      /ALTER TABLE \w+ ADD COLUMN \w+ \w+/.dotMatchesNewlines(),
      /ALTER TABLE \w+ ADD COLUMN \w+ \w+ NOT NULL DEFAULT .+/.dotMatchesNewlines(),
    ]
    for (before, step) in zip(Migration.all, Migration.all.dropFirst()) {
      #expect(step.version == before.version + 1)
      #expect(step.compatibleFrom >= before.compatibleFrom && step.compatibleFrom <= step.version)
      guard step.compatibleFrom < step.version, step.compatibleFrom == before.compatibleFrom else { continue }
      for statement in step.statements {
        let adds = additions.contains { statement.text.wholeMatch(of: $0) != nil }
        #expect(adds, "step \(step.version) says that it only adds: \(statement.text)")
      }
    }
  }

  /// A release's addition: a column that the old program leaves out, a table and an index.
  private static let addition = Migration(
    version: Schema.newest + 1, compatibleFrom: Schema.newest,
    statements: [
      "ALTER TABLE sessions ADD COLUMN device TEXT",
      "ALTER TABLE accounts ADD COLUMN is_locked BIGINT NOT NULL DEFAULT 0",
      "CREATE TABLE consents (id BYTEA NOT NULL PRIMARY KEY, account BYTEA NOT NULL)",
      "CREATE INDEX sessions_device ON sessions (device)",
    ])

  private static func migrate(_ database: PrivateDatabase, by steps: some Sequence<Migration>) throws {
    _ = try PostgresConnection(database.target(), limits: .patient(connections: 1)).write { connection in
      try connection.holdSchema()
      return (try Schema.migrate(connection, by: Array(steps)), notice: nil)
    }
  }

  /// Writes two of everything with a node's prepared statements, changes one, and reads them.
  private static func use(_ node: PostgresStorage, from first: UInt8) async throws {
    for number in [first, first + 1] {
      try await node.write { tx in
        try tx.insert(try Account.numbered(number))
        try tx.insert(Session.numbered(number, account: number))
        try tx.insert(Grant.numbered(number, session: number))
        try tx.insert(SigningKeyRecord.numbered(number))
        try tx.append(AuditEvent.numbered(Int(number), account: number))
      }
    }
    try await node.write { tx in
      guard let session = try tx.session(.numbered(first)), let grant = try tx.grant(.numbered(first)),
        let account = try tx.lockedAccount(.numbered(first))
      else { throw FixtureError() }
      try tx.update(session.ended(at: 9))
      try tx.update(grant)
      try tx.update(account.with(\.displayName, "Lovelace"))
    }
    let account = try await node.read { try $0.account(.numbered(first)) }
    #expect(account?.displayName == "Lovelace")
    #expect(try await node.read { try $0.unendedSessions(of: .numbered(first)) }.isEmpty)
    #expect(try await node.read { try $0.unendedSessions(of: .numbered(first + 1)) }.count == 1)
  }

  /// Why the database is not opened.
  private static func refusal(of database: PrivateDatabase) throws -> String {
    do {
      try PostgresStorage.open(database.target()).close()
      Issue.record("it opened")
      return ""
    } catch StorageError.unavailable(let problem) {
      return problem
    }
  }
}
