// The tables of the two logs, and of the authority itself: see ``CopiedTable``.

extension CopiedTable {
  static let revocations = CopiedTable(
    name: "revocations", start: .integer(.min),
    count: "SELECT count(*) FROM revocations",
    page: """
      SELECT sequence, subject, ignores_position, expires_at
      FROM revocations WHERE sequence > ? ORDER BY sequence LIMIT ?
      """,
    insert: """
      INSERT INTO revocations (sequence, subject, ignores_position, expires_at)
      VALUES (?, ?, ?, ?)
      """,
    stream: """
      COPY revocations (sequence, subject, ignores_position, expires_at)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let auditEvents = CopiedTable(
    name: "audit_events", start: .integer(.min),
    count: "SELECT count(*) FROM audit_events",
    page: """
      SELECT sequence, at, kind, account, session, client, request_id, address, user_agent, reason
      FROM audit_events WHERE sequence > ? ORDER BY sequence LIMIT ?
      """,
    insert: """
      INSERT INTO audit_events (sequence, at, kind, account, session, client, request_id, address,
        user_agent, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY audit_events (sequence, at, kind, account, session, client, request_id, address, user_agent,
        reason)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let auditLog = CopiedTable(
    name: "audit_log", start: .integer(.min),
    count: "SELECT count(*) FROM audit_log",
    page: """
      SELECT id, sequence
      FROM audit_log WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO audit_log (id, sequence)
      VALUES (?, ?)
      """,
    stream: """
      COPY audit_log (id, sequence)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let revocationLog = CopiedTable(
    name: "revocation_log", start: .integer(.min),
    count: "SELECT count(*) FROM revocation_log",
    page: """
      SELECT id, epoch, sequence
      FROM revocation_log WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO revocation_log (id, epoch, sequence)
      VALUES (?, ?, ?)
      """,
    stream: """
      COPY revocation_log (id, epoch, sequence)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let settings = CopiedTable(
    name: "settings", start: .integer(.min),
    count: "SELECT count(*) FROM settings",
    page: """
      SELECT id, issuer, keyring_proof, created_at
      FROM settings WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO settings (id, issuer, keyring_proof, created_at)
      VALUES (?, ?, ?, ?)
      """,
    stream: """
      COPY settings (id, issuer, keyring_proof, created_at)
      FROM STDIN WITH (FORMAT binary)
      """)
}
