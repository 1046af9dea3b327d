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
    package var isEncrypted = false
    /// The server's clock, in milliseconds since 1970.
    package var milliseconds: Int64 = 0
    /// How many connections the server, the database and the user have room for.
    package var connectionsAllowed = 0
    /// How many are open now.
    package var connectionsOpen = 0

    package init() {}
  }

  package enum Contents: Hashable, Sendable {
    case empty
    case anotherProgram
    /// An authority's, and why this program cannot work with its schema; nil when it can.
    case authority(objection: StorageError?)
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
    facts.isEncrypted = session.isEncrypted
    facts.connectionsAllowed = Int(try text(Self.connectionsAllowed)) ?? 0
    facts.connectionsOpen =
      Int(try text("VALUES (CAST((SELECT count(*) FROM pg_stat_activity) AS text))")) ?? 0
    // Last: whoever compares it with another clock does so now.
    facts.milliseconds =
      Int64(
        try text("VALUES (CAST(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS text))")) ?? 0
    return facts
  }

  package func contents() throws -> Contents {
    let tables = try run(
      """
      SELECT CAST(relname AS text) FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
      """
    ).rows { try $0.text(0) }
    guard !tables.isEmpty else { return .empty }
    guard tables.contains("schema_version"), tables.contains("revocation_log") else { return .anotherProgram }
    return .authority(objection: try PostgresStorage.schemaState(of: target).objection)
  }

  /// Reads on one snapshot, on a connection that keeps this program's promises.
  package func read<Answer>(_ body: (any AuthorityReads) throws -> Answer) throws -> Answer {
    try PostgresConnection(target, limits: PostgresLimits(connections: 1)).read(body)
  }

  package static var newestSchema: Int64 { Schema.newest }

  /// The tightest of the three limits; -1 is none.
  private static let connectionsAllowed = """
    SELECT CAST(min(allowed) AS text) FROM (
      SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        AS allowed
      UNION ALL SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user
      UNION ALL SELECT datconnlimit FROM pg_database WHERE datname = current_database()
    ) limits WHERE allowed >= 0
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
