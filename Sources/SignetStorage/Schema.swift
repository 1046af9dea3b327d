internal import SignetAuthority

/// Which schema a database has, and how it gets the newest.
package enum Schema {
  /// The version that this program writes.
  package static let newest = Migration.all.last?.version ?? 0

  /// Brings the database to ``newest``, in the transaction that the engine has begun: all of it or nothing.
  /// - Throws: `StorageError.unavailable` for a database that a newer program made.
  @discardableResult
  package static func migrate(_ connection: some SQLConnection) throws -> SchemaChange {
    try migrate(connection, by: Migration.all)
  }

  static func migrate(_ connection: some SQLConnection, by steps: [Migration]) throws -> SchemaChange {
    _ = try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS schema_version (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL
      )
      """, [])
    let found = try version(connection)
    guard let last = steps.last, found != last.version else { return SchemaChange(from: found, to: found) }
    guard found < last.version else { throw tooNew(found) }
    for step in steps where step.version > found {
      for statement in step.statements {
        _ = try connection.execute(statement, [])
      }
    }
    _ = try connection.execute(
      """
      INSERT INTO schema_version (id, version, compatible_from) VALUES (1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET version = excluded.version, compatible_from = excluded.compatible_from
      """, [.integer(last.version), .integer(last.compatibleFrom)])
    return SchemaChange(from: found, to: last.version)
  }

  /// The version of the database's schema; 0 before the first.
  package static func version(_ connection: some SQLConnection) throws -> Int64 {
    let versions = try connection.query(
      "SELECT version FROM schema_version WHERE id = 1", [], decode: { try $0.integer(0) })
    return versions.first ?? 0
  }

  /// What the database is to this program. Its `schema_version` must be there.
  package static func state(_ connection: some SQLConnection) throws -> SchemaState {
    try state(connection, newest: newest)
  }

  static func state(_ connection: some SQLConnection, newest: Int64) throws -> SchemaState {
    let found = try version(connection)
    guard found > 0 else { return .missing }
    // No schema before the fourth said who is compatible with it.
    guard found >= 4 else { return .older(found) }
    let compatible = try connection.query(
      "SELECT compatible_from FROM schema_version WHERE id = 1", [], decode: { try $0.integer(0) })
    return SchemaState(version: found, compatibleFrom: compatible.first ?? found, newest: newest)
  }

  static func tooNew(_ version: Int64) -> StorageError {
    .unavailable(
      "the database has schema \(version), and this program knows schemas up to \(newest): "
        + "run the newer signet that wrote it, or restore a backup that was made before the upgrade")
  }
}
