package import SignetStorage

// The schema on PostgreSQL. Nodes of two releases share a database while an operator goes from one to the
// next, so none of them changes it when it starts: a command does, once.

extension PostgresStorage {
  /// Makes the schema of an authority in an empty database, or brings the one that is there up to date, in
  /// one transaction. Nodes may be running on it: see `Migration`.
  /// - Throws: `StorageError.unavailable`, also for a schema that is newer than this program's.
  @discardableResult
  package static func migrate(
    _ target: PostgresTarget, limits: PostgresLimits = PostgresLimits()
  ) throws -> SchemaChange {
    var patient = limits
    // Longer than the server gives itself for a step.
    patient.patience = max(limits.patience, .seconds(660))
    return try PostgresConnection(target, limits: patient).write { connection in
      // Of several that come at once one changes the schema, and the others find it changed.
      try connection.holdSchema()
      return (try Schema.migrate(connection), notice: nil)
    }
  }

  /// What the schema of a database is to this program.
  package static func schemaState(
    of target: PostgresTarget, limits: PostgresLimits = PostgresLimits()
  ) throws -> SchemaState {
    try PostgresConnection(target, limits: limits).schemaState()
  }
}
