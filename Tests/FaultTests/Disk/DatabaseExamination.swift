import Foundation
import GRDB

/// Looks into a copy of a database for what must hold in any: nothing is damaged, and nothing half done.
enum DatabaseExamination {
  /// - Returns: What does not hold.
  static func problems(in path: String) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { database in
      var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      if try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") != nil {
        problems.append("a row refers to one that is not there")
      }
      for (rule, query) in rules {
        let count = try Int.fetchOne(database, sql: query) ?? -1
        if count != 0 { problems.append("\(rule): \(count)") }
      }
      return problems
    }
  }

  /// The same of a PostgreSQL database. It checks by itself that rows refer to what is there.
  /// - Returns: What does not hold.
  static func problems(in server: PostgresServer, database: String) throws -> [String] {
    try rules.compactMap { rule, query in
      let count = try server.sql(query, in: database).first ?? ""
      return count == "0" ? nil : "\(rule): \(count)"
    }
  }

  /// Each query counts what breaks the rule, in the words of both engines. All that an operation writes, it
  /// writes in one transaction.
  private static let rules = [
    (
      "sessions without exactly one grant",
      """
      SELECT count(*) FROM sessions LEFT JOIN (SELECT session, count(*) AS n FROM grants GROUP BY session) g
        ON g.session = sessions.id WHERE coalesce(n, 0) <> 1
      """
    ),
    (
      "sessions without exactly one login in the audit log",
      """
      SELECT count(*) FROM sessions LEFT JOIN \(events("session", of: "login.succeeded")) e
        ON e.session = sessions.id WHERE coalesce(n, 0) <> 1
      """
    ),
    (
      "sessions whose end and whose audit event disagree",
      """
      SELECT count(*) FROM sessions LEFT JOIN \(events("session", of: "session.ended")) e
        ON e.session = sessions.id WHERE (CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END) <> coalesce(n, 0)
      """
    ),
    (
      "ended sessions more or fewer than revocations",
      "SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL) - (SELECT count(*) FROM revocations)"
    ),
    (
      "gaps in the revocation log",
      "SELECT (SELECT sequence FROM revocation_log) - (SELECT count(*) FROM revocations)"
    ),
    (
      "gaps in the audit log",
      "SELECT (SELECT sequence FROM audit_log) - (SELECT count(*) FROM audit_events)"
    ),
    (
      "accounts whose credentials and whose audit events disagree",
      """
      SELECT count(*) FROM accounts LEFT JOIN \(events("account", of: "password.changed")) e
        ON e.account = accounts.id WHERE credential_version - 1 <> coalesce(n, 0)
      """
    ),
  ]

  /// How many events of a kind there are of each session, or of each account.
  private static func events(_ subject: String, of kind: String) -> String {
    "(SELECT \(subject), count(*) AS n FROM audit_events WHERE kind = '\(kind)' GROUP BY \(subject))"
  }
}
