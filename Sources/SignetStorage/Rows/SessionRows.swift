package import JOSE
package import SignetAuthority

// A row takes about 250 bytes with its index entries, and up to 256 more for the user agent. `finished_at` is
// the earlier of ending and absolute expiry: what the purge looks for, in one index.

extension SQLTransaction {
  package func session(_ id: SessionID) throws -> Session? {
    try queryOne(
      """
      SELECT id, account, authenticated_at, last_active_at, absolute_expiry, user_agent, address, ended_at,
        ended_cause, revision
      FROM sessions WHERE id = ?
      """, [.identifier(id)], decode: Session.init(row:))
  }

  package func unendedSessions(of account: AccountID) throws -> [Session] {
    try query(
      """
      SELECT id, account, authenticated_at, last_active_at, absolute_expiry, user_agent, address, ended_at,
        ended_cause, revision
      FROM sessions WHERE account = ? AND ended_at IS NULL ORDER BY authenticated_at DESC, id
      """, [.identifier(account)], decode: Session.init(row:))
  }

  package func insert(_ session: Session) throws {
    try executeOnOne(
      """
      INSERT INTO sessions (id, account, authenticated_at, last_active_at, absolute_expiry, user_agent,
        address, ended_at, ended_cause, finished_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .identifier(session.id), .identifier(session.account), .timestamp(session.authenticatedAt),
        .timestamp(session.lastActiveAt), .timestamp(session.absoluteExpiry),
        .optional(session.userAgent, SQLValue.text), .optional(session.address, SQLValue.text),
        .optional(session.ending?.at, SQLValue.timestamp),
        .optional(session.ending?.cause.rawValue, SQLValue.text), .timestamp(session.finishedAt),
        .integer(session.revision),
      ])
  }

  package func update(_ session: Session) throws {
    guard let ending = session.ending else { return try updateActivity(of: session) }
    try executeOnOne(
      """
      UPDATE sessions SET last_active_at = ?, ended_at = ?, ended_cause = ?, finished_at = ?,
        revision = revision + 1
      WHERE id = ? AND revision = ?
      """,
      [
        .timestamp(session.lastActiveAt), .timestamp(ending.at), .text(ending.cause.rawValue),
        .timestamp(session.finishedAt), .identifier(session.id), .integer(session.revision),
      ])
  }

  /// A session that goes on changes in this alone, at every refresh. A column that an index holds is not
  /// named: its entries would be written again.
  private func updateActivity(of session: Session) throws {
    try executeOnOne(
      """
      UPDATE sessions SET last_active_at = ?, revision = revision + 1
      WHERE id = ? AND revision = ? AND ended_at IS NULL
      """,
      [.timestamp(session.lastActiveAt), .identifier(session.id), .integer(session.revision)])
  }

  package func deleteSessions(finishedBefore cutoff: Timestamp, limit: Int) throws -> Int {
    // Their grants go with them: the schema cascades.
    try execute(
      """
      DELETE FROM sessions WHERE id IN
        (SELECT id FROM sessions WHERE finished_at < ? ORDER BY finished_at, id LIMIT ?)
      """, [.timestamp(cutoff), .limit(limit)])
  }
}

extension Session {
  /// When nothing more can come of it.
  fileprivate var finishedAt: Timestamp {
    min(ending?.at ?? absoluteExpiry, absoluteExpiry)
  }

  fileprivate init(row: SQLRow) throws {
    let endedAt = try row.optional(7, SQLRow.timestamp)
    let cause: RevocationCause? = try row.optional(8, SQLRow.member)
    guard (endedAt == nil) == (cause == nil) else {
      throw StorageError.corrupt("a stored session has ended without time or cause")
    }
    self.init(
      id: try row.identifier(0), account: try row.identifier(1), authenticatedAt: try row.timestamp(2),
      lastActiveAt: try row.timestamp(3), absoluteExpiry: try row.timestamp(4),
      userAgent: try row.optional(5, SQLRow.text), address: try row.optional(6, SQLRow.text),
      ending: endedAt.flatMap { at in cause.map { SessionEnding(at: at, cause: $0) } },
      revision: try row.integer(9))
  }
}
