extension Migration {
  /// The first schema.
  ///
  /// Times are milliseconds since 1970, identifiers 16 bytes, truth values 0 or 1, lists JSON arrays, and
  /// enums their raw values. SQLite takes `BYTEA` for a column without a preferred type, so both engines
  /// read these words.
  static let migration0001 = Migration(
    version: 1,
    statements: [
      """
      CREATE TABLE settings (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
        issuer TEXT NOT NULL,
        keyring_proof BYTEA NOT NULL,
        created_at BIGINT NOT NULL
      )
      """,
      """
      CREATE TABLE accounts (
        id BYTEA NOT NULL PRIMARY KEY,
        username TEXT UNIQUE,
        email TEXT UNIQUE,
        display_name TEXT NOT NULL,
        roles TEXT NOT NULL,
        is_enabled BIGINT NOT NULL,
        password_hash TEXT,
        credential_version BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        revision BIGINT NOT NULL,
        CHECK (username IS NOT NULL OR email IS NOT NULL)
      )
      """,
      """
      CREATE TABLE sessions (
        id BYTEA NOT NULL PRIMARY KEY,
        account BYTEA NOT NULL REFERENCES accounts (id),
        authenticated_at BIGINT NOT NULL,
        last_active_at BIGINT NOT NULL,
        absolute_expiry BIGINT NOT NULL,
        user_agent TEXT,
        address TEXT,
        ended_at BIGINT,
        ended_cause TEXT,
        finished_at BIGINT NOT NULL,
        revision BIGINT NOT NULL
      )
      """,
      "CREATE INDEX sessions_unended ON sessions (account, authenticated_at) WHERE ended_at IS NULL",
      "CREATE INDEX sessions_finished ON sessions (finished_at)",
      """
      CREATE TABLE grants (
        id BYTEA NOT NULL PRIMARY KEY,
        session BYTEA NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        client TEXT NOT NULL,
        scopes TEXT NOT NULL,
        resources TEXT NOT NULL,
        sender_key BYTEA,
        generation BIGINT NOT NULL,
        rotated_at BIGINT NOT NULL,
        retry_key_hash BYTEA,
        created_at BIGINT NOT NULL,
        ended_at BIGINT,
        revision BIGINT NOT NULL
      )
      """,
      "CREATE INDEX grants_session ON grants (session)",
      """
      CREATE TABLE signing_keys (
        key_id TEXT NOT NULL PRIMARY KEY,
        algorithm TEXT NOT NULL,
        state TEXT NOT NULL,
        public_jwk BYTEA NOT NULL,
        sealed_private_jwk BYTEA NOT NULL,
        created_at BIGINT NOT NULL,
        activated_at BIGINT,
        retired_at BIGINT,
        revision BIGINT NOT NULL
      )
      """,
      """
      CREATE TABLE revocation_log (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
        epoch TEXT NOT NULL,
        sequence BIGINT NOT NULL
      )
      """,
      """
      CREATE TABLE revocations (
        sequence BIGINT NOT NULL PRIMARY KEY,
        subject BYTEA NOT NULL,
        ignores_position BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
      )
      """,
      "CREATE INDEX revocations_expires ON revocations (expires_at)",
      """
      CREATE TABLE audit_log (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
        sequence BIGINT NOT NULL
      )
      """,
      "INSERT INTO audit_log (id, sequence) VALUES (1, 0)",
      """
      CREATE TABLE audit_events (
        sequence BIGINT NOT NULL PRIMARY KEY,
        at BIGINT NOT NULL,
        kind TEXT NOT NULL,
        account BYTEA,
        session BYTEA,
        client TEXT,
        request_id TEXT NOT NULL,
        address TEXT,
        user_agent TEXT,
        reason TEXT NOT NULL
      )
      """,
      "CREATE INDEX audit_events_account ON audit_events (account, sequence)",
    ])
}
