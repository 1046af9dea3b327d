package import SignetAuthority

extension SQLTransaction {
  package func settings() throws -> AuthoritySettings? {
    try query(
      """
      SELECT settings.issuer, revocation_log.epoch, settings.keyring_proof, settings.created_at
      FROM settings JOIN revocation_log ON revocation_log.id = settings.id WHERE settings.id = 1
      """
    ) { row in
      AuthoritySettings(
        issuer: try row.text(0), revocationEpoch: try row.text(1), keyringProof: try row.blob(2),
        createdAt: try row.timestamp(3))
    }.first
  }

  package func successor() throws -> String? {
    try query(
      "SELECT moved_to FROM revocation_log WHERE id = 1", decode: { try $0.optional(0, SQLRow.text) }
    ).first ?? nil
  }

  package func handOver(to successor: String) throws {
    try executeOnOne("UPDATE revocation_log SET moved_to = ? WHERE id = 1", [.text(successor)])
  }

  package func insert(_ settings: AuthoritySettings) throws {
    try executeOnOne(
      """
      INSERT INTO settings (id, issuer, keyring_proof, created_at) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING
      """, [.text(settings.issuer), .blob(settings.keyringProof), .timestamp(settings.createdAt)])
    try executeOnOne(
      "INSERT INTO revocation_log (id, epoch, sequence) VALUES (1, ?, 0) ON CONFLICT DO NOTHING",
      [.text(settings.revocationEpoch)])
  }

  package func replaceKeyringProof(_ old: [UInt8], with new: [UInt8]) throws {
    try executeOnOne(
      "UPDATE settings SET keyring_proof = ? WHERE id = 1 AND keyring_proof = ?", [.blob(new), .blob(old)])
  }
}
