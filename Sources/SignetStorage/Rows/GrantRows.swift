package import SignetAuthority

// A row takes about 300 bytes with its index entries, most of them the lists of scopes and resources.

extension SQLTransaction {
  package func grant(_ id: GrantID) throws -> Grant? {
    try queryOne(
      """
      SELECT id, session, client, scopes, resources, sender_key, generation, rotated_at, retry_key_hash,
        created_at, ended_at, revision
      FROM grants WHERE id = ?
      """, [.identifier(id)], decode: Grant.init(row:))
  }

  package func grants(of session: SessionID) throws -> [Grant] {
    try query(
      """
      SELECT id, session, client, scopes, resources, sender_key, generation, rotated_at, retry_key_hash,
        created_at, ended_at, revision
      FROM grants WHERE session = ? ORDER BY created_at, id
      """, [.identifier(session)], decode: Grant.init(row:))
  }

  package func insert(_ grant: Grant) throws {
    try executeOnOne(
      """
      INSERT INTO grants (id, session, client, scopes, resources, sender_key, generation, rotated_at,
        retry_key_hash, created_at, ended_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .identifier(grant.id), .identifier(grant.session), .text(grant.client.description),
        .strings(grant.scopes), .strings(grant.resources), .optional(grant.senderKey, SQLValue.blob),
        .integer(grant.generation), .timestamp(grant.rotatedAt),
        .optional(grant.retryKeyHash, SQLValue.blob), .timestamp(grant.createdAt),
        .optional(grant.endedAt, SQLValue.timestamp), .integer(grant.revision),
      ])
  }

  package func update(_ grant: Grant) throws {
    try executeOnOne(
      """
      UPDATE grants SET generation = ?, rotated_at = ?, retry_key_hash = ?, ended_at = ?,
        revision = revision + 1
      WHERE id = ? AND revision = ?
      """,
      [
        .integer(grant.generation), .timestamp(grant.rotatedAt),
        .optional(grant.retryKeyHash, SQLValue.blob), .optional(grant.endedAt, SQLValue.timestamp),
        .identifier(grant.id), .integer(grant.revision),
      ])
  }
}

extension Grant {
  fileprivate init(row: SQLRow) throws {
    self.init(
      id: try row.identifier(0), session: try row.identifier(1),
      client: try row.parsed(ClientID(row.text(2)), "client"), scopes: try row.strings(3),
      resources: try row.strings(4), senderKey: try row.optional(5, SQLRow.blob),
      generation: try row.integer(6), rotatedAt: try row.timestamp(7),
      retryKeyHash: try row.optional(8, SQLRow.blob), createdAt: try row.timestamp(9),
      endedAt: try row.optional(10, SQLRow.timestamp), revision: try row.integer(11))
  }
}
