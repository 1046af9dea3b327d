extension Migration {
  /// What lets programs of two releases share a database, and where an authority has gone that was copied.
  static let migration0004 = Migration(
    version: 4,
    statements: [
      "ALTER TABLE schema_version ADD COLUMN compatible_from BIGINT NOT NULL DEFAULT 4",
      "ALTER TABLE revocation_log ADD COLUMN moved_to TEXT",
    ])
}
