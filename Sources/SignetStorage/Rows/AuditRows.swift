package import JOSE
package import SignetAuthority

// A row takes about 150 bytes with its index entries, and up to 256 more for the user agent.

extension SQLTransaction {
  package func auditEvents(
    of account: AccountID?, before sequence: Int64?, limit: Int
  ) throws -> [AuditEvent] {
    let before = SQLValue.integer(sequence ?? .max)
    guard let account else {
      return try query(
        """
        SELECT sequence, at, kind, account, session, client, request_id, address, user_agent, reason
        FROM audit_events WHERE sequence < ? ORDER BY sequence DESC LIMIT ?
        """, [before, .limit(limit)], decode: AuditEvent.init(row:))
    }
    return try query(
      """
      SELECT sequence, at, kind, account, session, client, request_id, address, user_agent, reason
      FROM audit_events WHERE account = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?
      """, [.identifier(account), before, .limit(limit)], decode: AuditEvent.init(row:))
  }

  package func append(_ event: AuditEvent) throws {
    events.append(event)
  }

  /// Looks at the oldest rows only, so that it costs the same however long the log is.
  package func deleteAuditEvents(before cutoff: Timestamp, limit: Int) throws -> Int {
    try execute(
      """
      DELETE FROM audit_events WHERE at < ? AND sequence IN (
        SELECT sequence FROM audit_events ORDER BY sequence LIMIT ?)
      """, [.timestamp(cutoff), .limit(limit)])
  }

  /// Draws the sequence numbers of the events, and writes them.
  func flushEvents() throws {
    guard !events.isEmpty else { return }
    let count = Int64(events.count)
    try executeOnOne("UPDATE audit_log SET sequence = sequence + ? WHERE id = 1", [.integer(count)])
    for (index, event) in events.enumerated() {
      try insert(event, beforeHead: count - 1 - Int64(index))
    }
  }

  /// The number is worked out where the head is: nobody here has to wait for it.
  private func insert(_ event: AuditEvent, beforeHead distance: Int64) throws {
    try executeOnOne(
      """
      INSERT INTO audit_events (sequence, at, kind, account, session, client, request_id, address, user_agent,
        reason)
      VALUES ((SELECT sequence - ? FROM audit_log WHERE id = 1), ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(distance), .timestamp(event.at), .text(event.kind.rawValue),
        .optional(event.account, SQLValue.identifier), .optional(event.session, SQLValue.identifier),
        .optional(event.client) { .text($0.description) }, .text(event.origin.requestID),
        .optional(event.origin.address, SQLValue.text), .optional(event.origin.userAgent, SQLValue.text),
        .text(event.reason),
      ])
  }
}

extension AuditEvent {
  fileprivate init(row: SQLRow) throws {
    self.init(
      sequence: try row.integer(0), at: try row.timestamp(1), kind: try row.member(2),
      account: try row.optional(3, SQLRow.identifier), session: try row.optional(4, SQLRow.identifier),
      client: try row.optional(5) { row in { try row.parsed(ClientID(row.text($0)), "client") } },
      origin: RequestOrigin(
        requestID: try row.text(6), address: try row.optional(7, SQLRow.text),
        userAgent: try row.optional(8, SQLRow.text)),
      reason: try row.text(9))
  }
}
