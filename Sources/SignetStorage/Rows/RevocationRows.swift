package import JOSE
package import SignetAuthority
package import TokenVerification

// A row takes about 60 bytes with its index entries, for as long as an access token lives.

extension SQLTransaction {
  package func revocationPosition() throws -> RevocationPosition {
    // A node that runs on a database which has been copied away mints nothing more.
    let positions = try query(
      "SELECT epoch, sequence FROM revocation_log WHERE id = 1 AND moved_to IS NULL"
    ) { row in RevocationPosition(epoch: try row.text(0), sequence: try row.integer(1)) }
    guard let position = positions.first else { throw Self.noLog }
    return position
  }

  package func revocations(after sequence: Int64, limit: Int) throws -> [RevocationEntry] {
    try query(
      """
      SELECT sequence, subject, ignores_position, expires_at
      FROM revocations WHERE sequence > ? ORDER BY sequence LIMIT ?
      """, [.integer(sequence), .limit(limit)], decode: RevocationEntry.init(row:))
  }

  package func append(_ revocations: [RevocationDraft]) throws {
    drafts += revocations
  }

  package func beginEpoch(_ epoch: String) throws {
    try executeOnOne("UPDATE revocation_log SET epoch = ?, moved_to = NULL WHERE id = 1", [.text(epoch)])
  }

  /// Lets the numbers go on beyond `sequence`. A database that is an older state of itself would give numbers
  /// once more that tokens were minted at.
  package func raiseRevocationHead(to sequence: Int64) throws {
    try execute(
      "UPDATE revocation_log SET sequence = ? WHERE id = 1 AND sequence < ?",
      [.integer(sequence), .integer(sequence)])
  }

  package func deleteRevocations(expiredBefore cutoff: Timestamp) throws -> Int {
    try execute("DELETE FROM revocations WHERE expires_at < ?", [.timestamp(cutoff)])
  }

  /// Draws the sequence numbers of the drafts, and writes them.
  func flushDrafts() throws -> [RevocationEntry] {
    guard !drafts.isEmpty else { return [] }
    let heads = try query(
      """
      UPDATE revocation_log SET sequence = sequence + ? WHERE id = 1 AND moved_to IS NULL RETURNING sequence
      """,
      [.integer(Int64(drafts.count))], decode: { try $0.integer(0) })
    guard let head = heads.first else { throw Self.noLog }
    let first = head - Int64(drafts.count) + 1
    let entries = drafts.enumerated().map { index, draft in
      RevocationEntry(
        sequence: first + Int64(index), subject: draft.subject, ignoresPosition: draft.ignoresPosition,
        expiresAt: draft.expiresAt)
    }
    for entry in entries {
      try executeOnOne(
        "INSERT INTO revocations (sequence, subject, ignores_position, expires_at) VALUES (?, ?, ?, ?)",
        [
          .integer(entry.sequence), .blob(entry.subject.bytes), .bool(entry.ignoresPosition),
          .timestamp(entry.expiresAt),
        ])
    }
    return entries
  }

  private static let noLog = StorageError.unavailable(
    "this database holds no authority yet, or one that has been moved")
}

extension RevocationEntry {
  fileprivate init(row: SQLRow) throws {
    self.init(
      sequence: try row.integer(0),
      subject: try row.parsed(RevocationSubject(bytes: row.blob(1)), "revocation subject"),
      ignoresPosition: try row.bool(2), expiresAt: try row.timestamp(3))
  }
}
