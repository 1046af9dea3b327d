internal import SignetAuthority

/// Which schema a database has, and how it gets the newest.
package enum Schema {
  /// The version that this program writes.
  package static let newest = Migration.all.last?.version ?? 0

  /// Brings the database to ``newest``, in the transaction that the engine has begun: all of it or nothing.
  /// - Returns: The version that was found; 0 for an empty database.
  /// - Throws: `StorageError.unavailable` for a database that a newer program made.
  @discardableResult
  package static func migrate(_ connection: some SQLConnection) throws -> Int64 {
    _ = try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS schema_version (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL
      )
      """, [])
    let found = try version(connection)
    guard found <= newest else {
      throw StorageError.unavailable(
        "the database has schema \(found), and this program knows schemas up to \(newest): "
          + "run the newer signet that wrote it, or restore a backup that was made before the upgrade")
    }
    for migration in Migration.all where migration.version > found {
      for statement in migration.statements {
        _ = try connection.execute(statement, [])
      }
    }
    if found != newest {
      _ = try connection.execute(
        """
        INSERT INTO schema_version (id, version) VALUES (1, ?)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version
        """, [.integer(newest)])
    }
    return found
  }

  /// The version of the database's schema; 0 before the first.
  package static func version(_ connection: some SQLConnection) throws -> Int64 {
    let versions = try connection.query(
      "SELECT version FROM schema_version WHERE id = 1", [], decode: { try $0.integer(0) })
    return versions.first ?? 0
  }
}
