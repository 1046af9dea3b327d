internal import Foundation
package import SignetAuthority
internal import SignetStorage

/// A look at a server and at an authority's database in it that changes nothing, whether or not nodes are
/// using it.
///
/// Blocks its caller's thread: it is for commands.
package final class PostgresInspection {
  /// What a server says of itself. What it does not say is empty.
  package struct Facts: Sendable {
    /// `150008` for 15.8.
    package var release = 0
    package var encoding = ""
    /// Whether texts are ordered by their bytes.
    package var ordersByBytes = false
    package var synchronousCommit = ""
    /// Whether it lets the disk flush before it answers.
    package var flushes = true
    package var isEncrypted = false
    /// Whether every role of the server may connect to the database, and make tables beside the authority's.
    package var isOpenToAll = false
    package var isWritableByAll = false
    /// The server's clock, in milliseconds since 1970.
    package var milliseconds: Int64 = 0
    /// How many connections the server, the database or the user has room for, whichever has the least left.
    package var connectionsAllowed = 0
    /// How many of those are open now.
    package var connectionsOpen = 0

    package init() {}
  }

  package enum Contents: Hashable, Sendable {
    case empty
    case anotherProgram
    /// An authority's, with this schema, and why this program cannot work with it; nil when it can.
    case authority(schema: Int64, objection: StorageError?)
  }

  private let session: PostgresSession
  private let target: PostgresTarget

  /// Connects.
  /// - Throws: `StorageError.unavailable`.
  package init(_ target: PostgresTarget) throws {
    session = try PostgresSession(target, patience: .seconds(15))
    self.target = target
    // Behind a pooler it would be others who find that set.
    guard !target.isPooled else { return }
    for setting in ["statement_timeout = '10s'", "default_transaction_read_only = on"] {
      try run("SET \(setting)")
    }
  }

  package func facts() throws -> Facts {
    var facts = Facts()
    facts.release = Int(try text("SHOW server_version_num")) ?? 0
    facts.encoding = session.reported("server_encoding") ?? ""
    facts.ordersByBytes = try text("VALUES (CAST('a' < 'B' AS text))") == "false"
    facts.synchronousCommit = try text("SHOW synchronous_commit")
    facts.flushes = try text("SHOW fsync") != "off"
    facts.isEncrypted = session.isEncrypted
    facts.isOpenToAll =
      try text("VALUES (CAST(has_database_privilege('public', current_database(), 'CONNECT') AS text))")
      == "true"
    facts.isWritableByAll =
      try text(
        "VALUES (CAST(coalesce(has_schema_privilege('public', current_schema(), 'CREATE'), false) AS text))")
      == "true"
    let room = try run(Self.room).rows { (Int(try $0.text(0)) ?? 0, Int(try $0.text(1)) ?? 0) }.first
    (facts.connectionsAllowed, facts.connectionsOpen) = room ?? (0, 0)
    // Last: whoever compares it with another clock does so now.
    facts.milliseconds =
      Int64(
        try text("VALUES (CAST(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS text))")) ?? 0
    return facts
  }

  package func contents() throws -> Contents {
    // Of whatever kind: what is no table is not empty either, and is not the authority's.
    let relations = try run(
      """
      SELECT CAST(relname AS text), CAST(relkind AS text) FROM pg_class
      WHERE relnamespace = CAST(current_schema() AS regnamespace)
      """
    ).rows { (name: try $0.text(0), kind: try $0.text(1)) }
    guard !relations.isEmpty else { return .empty }
    guard
      ["schema_version", "revocation_log"].allSatisfy({ table in
        relations.contains { $0.name == table && $0.kind == "r" }
      })
    else { return .anotherProgram }
    let state = try PostgresStorage.schemaState(of: target)
    return .authority(schema: state.version, objection: state.objection)
  }

  /// Reads on one snapshot, on a connection that keeps this program's promises.
  package func read<Answer>(_ body: (any AuthorityReads) throws -> Answer) throws -> Answer {
    try PostgresConnection(target, limits: PostgresLimits(connections: 1)).read(body)
  }

  /// Of the three limits the one that has the least room left, and how much of it is taken; -1 is none.
  ///
  /// Of others' connections a user may not see the kind; the server's own processes have no user, or no
  /// database.
  private static let room = """
    WITH clients AS (
      SELECT datname, usename FROM pg_stat_activity
      WHERE datid IS NOT NULL AND usesysid IS NOT NULL
        AND coalesce(backend_type, 'client backend') = 'client backend'
    )
    SELECT CAST(allowed AS text), CAST(taken AS text) FROM (
      SELECT CAST(current_setting('max_connections') AS int)
          - CAST(current_setting('superuser_reserved_connections') AS int)
          - CAST(coalesce(current_setting('reserved_connections', true), '0') AS int) AS allowed,
        (SELECT count(*) FROM clients) AS taken
      UNION ALL SELECT rolconnlimit, (SELECT count(*) FROM clients WHERE usename = current_user)
        FROM pg_roles WHERE rolname = current_user
      UNION ALL SELECT datconnlimit, (SELECT count(*) FROM clients WHERE datname = current_database())
        FROM pg_database WHERE datname = current_database()
    ) limits WHERE allowed >= 0 ORDER BY allowed - taken LIMIT 1
    """

  private func text(_ command: String) throws -> String {
    try run(command).rows { try $0.text(0) }.first ?? ""
  }

  @discardableResult
  private func run(_ command: String) throws -> PostgresAnswer {
    let (answers, refusal) = try session.run([.own(command)])
    if let refusal { throw refusal.storageError }
    guard let answer = answers.first else { throw StorageError.corrupt("PostgreSQL gave no answer") }
    return answer
  }
}
