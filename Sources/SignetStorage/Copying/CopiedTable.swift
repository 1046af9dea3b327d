/// A table of an authority as a copy takes it: all of its rows, in the order of their keys.
///
/// The key is the first column. Engines compare keys by their bytes, so the order is the same on each.
package struct CopiedTable: Sendable {
  package let name: String
  /// Below every key that there can be.
  let start: SQLValue
  let count: SQLStatement
  /// A page of rows beyond a key: the key, and how many at most.
  let page: SQLStatement
  /// Adds one row.
  package let insert: SQLStatement
  /// The same for many, in PostgreSQL's own stream.
  package let stream: SQLStatement

  /// All of them, in the order in which they refer to one another. What makes a database an authority's
  /// comes last. Where an authority was moved to (`revocation_log.moved_to`) is said of a database, and stays
  /// there.
  static let all: [CopiedTable] = [
    .accounts, .sessions, .grants, .signingKeys, .throttles, .revocations, .auditEvents, .auditLog,
    .revocationLog, .settings,
  ]
}

extension CopiedTable {
  static let accounts = CopiedTable(
    name: "accounts", start: .blob([]),
    count: "SELECT count(*) FROM accounts",
    page: """
      SELECT id, username, email, display_name, roles, is_enabled, password_hash, credential_version,
        created_at, revision
      FROM accounts WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO accounts (id, username, email, display_name, roles, is_enabled, password_hash,
        credential_version, created_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY accounts (id, username, email, display_name, roles, is_enabled, password_hash,
        credential_version, created_at, revision)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let sessions = CopiedTable(
    name: "sessions", start: .blob([]),
    count: "SELECT count(*) FROM sessions",
    page: """
      SELECT id, account, authenticated_at, last_active_at, absolute_expiry, user_agent, address,
        ended_at, ended_cause, finished_at, revision
      FROM sessions WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO sessions (id, account, authenticated_at, last_active_at, absolute_expiry, user_agent,
        address, ended_at, ended_cause, finished_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY sessions (id, account, authenticated_at, last_active_at, absolute_expiry, user_agent,
        address, ended_at, ended_cause, finished_at, revision)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let grants = CopiedTable(
    name: "grants", start: .blob([]),
    count: "SELECT count(*) FROM grants",
    page: """
      SELECT id, session, client, scopes, resources, sender_key, generation, rotated_at,
        retry_key_hash, created_at, ended_at, revision
      FROM grants WHERE id > ? ORDER BY id LIMIT ?
      """,
    insert: """
      INSERT INTO grants (id, session, client, scopes, resources, sender_key, generation, rotated_at,
        retry_key_hash, created_at, ended_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY grants (id, session, client, scopes, resources, sender_key, generation, rotated_at,
        retry_key_hash, created_at, ended_at, revision)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let signingKeys = CopiedTable(
    name: "signing_keys", start: .text(""),
    count: "SELECT count(*) FROM signing_keys",
    page: """
      SELECT key_id, algorithm, state, public_jwk, sealed_private_jwk, created_at, activated_at,
        retired_at, revision, audience
      FROM signing_keys WHERE key_id > ? ORDER BY key_id LIMIT ?
      """,
    insert: """
      INSERT INTO signing_keys (key_id, algorithm, state, public_jwk, sealed_private_jwk, created_at,
        activated_at, retired_at, revision, audience)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY signing_keys (key_id, algorithm, state, public_jwk, sealed_private_jwk, created_at,
        activated_at, retired_at, revision, audience)
      FROM STDIN WITH (FORMAT binary)
      """)

  static let throttles = CopiedTable(
    name: "throttles", start: .blob([]),
    count: "SELECT count(*) FROM throttles",
    page: """
      SELECT key, spent, spent_at, trusted_until, expires_at, revision
      FROM throttles WHERE key > ? ORDER BY key LIMIT ?
      """,
    insert: """
      INSERT INTO throttles (key, spent, spent_at, trusted_until, expires_at, revision)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
    stream: """
      COPY throttles (key, spent, spent_at, trusted_until, expires_at, revision)
      FROM STDIN WITH (FORMAT binary)
      """)
}
