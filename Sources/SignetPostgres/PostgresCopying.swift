internal import SignetAuthority
package import SignetStorage

/// A PostgreSQL database that an authority is copied from. Blocks its caller's thread: it is for commands.
package final class PostgresCopySource: CopySource {
  package let name: String
  private let connection: PostgresConnection

  /// Connects.
  /// - Throws: `StorageError.unavailable` when it cannot be reached, or has another schema than this
  ///   program's.
  package init(_ target: PostgresTarget) throws {
    name = target.description
    connection = try PostgresConnection(target, limits: .copying)
    try connection.waitForever()
    switch try connection.schemaState() {
    case .current: break
    case .newerButCompatible(let version):
      throw StorageError.unavailable(
        "the database has schema \(version), of which this program does not know everything; copy it with "
          + "the newer signet")
    case let state: if let objection = state.objection { throw objection }
    }
  }

  /// The tables are locked, against readers as well: a node that starts meanwhile does not get as far as to
  /// serve from a database that is about to be left.
  package func held<Answer>(_ body: (any SQLConnection) throws -> Answer) throws -> Answer {
    try connection.exclusively { connection in
      let others = try connection.otherConnections()
      guard others == 0 else {
        throw StorageError.unavailable(
          "others of Signet are connected to \(name) (\(others)); stop every node first, and the pooler if "
            + "there is one, then copy")
      }
      return try body(connection)
    }
  }
}

/// An empty PostgreSQL database that an authority is copied to, in one transaction: whatever happens before
/// it commits, the database is as empty as before. Blocks its caller's thread: it is for commands.
package final class PostgresCopyTarget: CopyTarget {
  package let name: String
  private let connection: PostgresConnection

  /// Connects.
  /// - Throws: `StorageError.unavailable` when it cannot be reached, or does not keep its promises.
  package init(_ target: PostgresTarget) throws {
    name = target.description
    connection = try PostgresConnection(target, limits: .copying)
    try connection.waitForever()
  }

  package func fill<Answer>(_ body: (any SQLLoading) throws -> Answer) throws -> Answer {
    try connection.beginFilling()
    try connection.holdSchema()
    try connection.waitForever()
    guard try connection.isEmpty() else { throw CopyRefusal.notEmpty(name) }
    try Schema.migrate(connection)
    let answer = try body(connection)
    try connection.gatherStatistics()
    return answer
  }

  package func complete() throws { try connection.commit(nil) }

  package func abandon() throws { connection.rollback() }
}

extension PostgresLimits {
  /// For work that takes as long as it takes. A network that has gone silent is noticed by its own limits.
  fileprivate static let copying = PostgresLimits(connections: 1, patience: .seconds(24 * 3600))
}

extension PostgresConnection: SQLLoading {
  func load(_ rows: [SQLRow], into table: CopiedTable) throws {
    try sendPending()
    do {
      try session.stream(CopyStream(rows).bytes, to: table.stream.text)
    } catch let refusal as PostgresRefusal {
      throw refusal.storageError
    }
  }
}

extension PostgresConnection {
  /// Takes the server's limits on a statement away, for this transaction or from now on. Locks are waited for
  /// no longer than by a node.
  fileprivate func waitForever() throws {
    try tell(
      "SET statement_timeout = 0", "SET idle_in_transaction_session_timeout = 0", "SET lock_timeout = '4s'")
  }

  fileprivate func beginFilling() throws {
    begin("ISOLATION LEVEL READ COMMITTED READ WRITE")
  }

  /// Runs `body` on one state of a database in which nobody else reads or writes, and commits.
  fileprivate func exclusively<Answer>(_ body: (PostgresConnection) throws -> Answer) throws -> Answer {
    begin("ISOLATION LEVEL REPEATABLE READ READ WRITE")
    let answer: Answer
    do {
      // The state is that of the first statement after the locks.
      try tell(
        """
        LOCK TABLE settings, revocation_log, audit_log, accounts, sessions, grants, signing_keys, throttles,
          revocations, audit_events, schema_version IN ACCESS EXCLUSIVE MODE
        """)
      answer = try body(self)
    } catch {
      rollback()
      throw error
    }
    try commit(nil)
    return answer
  }

  /// How many connections of this program there are to the database besides this one.
  fileprivate func otherConnections() throws -> Int {
    let count = try shown(
      """
      SELECT CAST(count(*) AS text) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'signet%' AND pid <> pg_backend_pid()
      """)
    return count.flatMap { Int($0) } ?? 0
  }

  /// Whether there is no table and no view in the schema that tables are made in.
  fileprivate func isEmpty() throws -> Bool {
    try shown(
      """
      SELECT CAST(count(*) AS text) FROM pg_class
      WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind IN ('r', 'p', 'v', 'm', 'f')
      """) == "0"
  }

  /// Lets the server count what it has: it would plan for empty tables until it does so itself.
  fileprivate func gatherStatistics() throws {
    try tell("ANALYZE")
  }
}
