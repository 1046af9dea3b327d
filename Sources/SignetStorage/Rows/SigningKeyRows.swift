internal import JOSE
package import SignetAuthority

// A handful of rows, about 600 bytes each; 3 KB for RSA.

extension SQLTransaction {
  package func signingKeys() throws -> [SigningKeyRecord] {
    try query(
      """
      SELECT key_id, algorithm, state, public_jwk, sealed_private_jwk, created_at, activated_at, retired_at,
        revision, audience
      FROM signing_keys ORDER BY created_at, key_id
      """, decode: SigningKeyRecord.init(row:))
  }

  package func insert(_ key: SigningKeyRecord) throws {
    changesSigningKeys = true
    try executeOnOne(
      """
      INSERT INTO signing_keys (key_id, algorithm, state, public_jwk, sealed_private_jwk, created_at,
        activated_at, retired_at, revision, audience)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .text(key.keyID), .text(key.algorithm.rawValue), .text(key.state.rawValue), .blob(key.publicJWK),
        .blob(key.sealedPrivateJWK), .timestamp(key.createdAt),
        .optional(key.activatedAt, SQLValue.timestamp), .optional(key.retiredAt, SQLValue.timestamp),
        .integer(key.revision), .optional(key.audience, SQLValue.text),
      ])
  }

  package func update(_ key: SigningKeyRecord) throws {
    changesSigningKeys = true
    try executeOnOne(
      """
      UPDATE signing_keys SET state = ?, sealed_private_jwk = ?, activated_at = ?, retired_at = ?,
        revision = revision + 1
      WHERE key_id = ? AND revision = ?
      """,
      [
        .text(key.state.rawValue), .blob(key.sealedPrivateJWK),
        .optional(key.activatedAt, SQLValue.timestamp), .optional(key.retiredAt, SQLValue.timestamp),
        .text(key.keyID), .integer(key.revision),
      ])
  }

  package func deleteSigningKey(_ keyID: String) throws {
    changesSigningKeys = true
    try execute("DELETE FROM signing_keys WHERE key_id = ?", [.text(keyID)])
  }
}

extension SigningKeyRecord {
  fileprivate init(row: SQLRow) throws {
    self.init(
      keyID: try row.text(0), audience: try row.optional(9, SQLRow.text), algorithm: try row.member(1),
      state: try row.member(2),
      publicJWK: try row.blob(3), sealedPrivateJWK: try row.blob(4), createdAt: try row.timestamp(5),
      activatedAt: try row.optional(6, SQLRow.timestamp), retiredAt: try row.optional(7, SQLRow.timestamp),
      revision: try row.integer(8))
  }
}
