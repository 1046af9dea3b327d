extension Migration {
  /// Buckets of guessed passwords. A key is 16 bytes of a keyed hash.
  static let migration0002 = Migration(
    version: 2,
    statements: [
      """
      CREATE TABLE throttles (
        key BYTEA NOT NULL PRIMARY KEY,
        spent BIGINT NOT NULL,
        spent_at BIGINT NOT NULL,
        trusted_until BIGINT,
        expires_at BIGINT NOT NULL,
        revision BIGINT NOT NULL
      )
      """,
      "CREATE INDEX throttles_expires ON throttles (expires_at)",
    ])
}
