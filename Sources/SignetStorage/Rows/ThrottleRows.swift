package import JOSE
package import SignetAuthority

// A row takes about 100 bytes with its index entries.

extension SQLTransaction {
  package func throttle(_ key: ThrottleKey) throws -> Throttle? {
    try queryOne(
      """
      SELECT key, spent, spent_at, trusted_until, expires_at, revision FROM throttles WHERE key = ?
      """, [.blob(key.bytes)], decode: Throttle.init(row:))
  }

  package func insert(_ throttle: Throttle) throws {
    try executeOnOne(
      """
      INSERT INTO throttles (key, spent, spent_at, trusted_until, expires_at, revision)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .blob(throttle.key.bytes), .integer(throttle.spent), .timestamp(throttle.spentAt),
        .optional(throttle.trustedUntil, SQLValue.timestamp), .timestamp(throttle.expiresAt),
        .integer(throttle.revision),
      ])
  }

  package func update(_ throttle: Throttle) throws {
    try executeOnOne(
      """
      UPDATE throttles SET spent = ?, spent_at = ?, trusted_until = ?, expires_at = ?, revision = revision + 1
      WHERE key = ? AND revision = ?
      """,
      [
        .integer(throttle.spent), .timestamp(throttle.spentAt),
        .optional(throttle.trustedUntil, SQLValue.timestamp), .timestamp(throttle.expiresAt),
        .blob(throttle.key.bytes), .integer(throttle.revision),
      ])
  }

  package func deleteThrottles(expiredBefore cutoff: Timestamp, limit: Int) throws -> Int {
    try execute(
      """
      DELETE FROM throttles WHERE key IN (
        SELECT key FROM throttles WHERE expires_at < ? ORDER BY expires_at, key LIMIT ?)
      """, [.timestamp(cutoff), .limit(limit)])
  }
}

extension Throttle {
  fileprivate init(row: SQLRow) throws {
    self.init(
      key: try row.parsed(ThrottleKey(bytes: row.blob(0)), "throttle key"), spent: try row.integer(1),
      spentAt: try row.timestamp(2), trustedUntil: try row.optional(3, SQLRow.timestamp),
      expiresAt: try row.timestamp(4), revision: try row.integer(5))
  }
}
