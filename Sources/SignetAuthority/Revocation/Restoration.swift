package import JOSE

// A database that comes from a backup does not know what has happened since: which sessions began and ended,
// how far the revocation log had come, which keys lost their trust. So nobody's word of that time counts any
// more. On SQLite nobody is served from such a database yet; on PostgreSQL nodes may already be.

extension Authority {
  /// Begins another life of the revocation log, with one entry that takes back all tokens: whatever was
  /// minted before is of another epoch, and refused.
  package func beginNewEpoch(origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp) throws {
    try tx.beginEpoch(freshEpoch())
    try tx.append(Revocation.decide(.everything, policy: policy, at: now))
    try tx.append(AuditEvent(at: now, kind: .databaseRestored, origin: origin))
  }

  /// The keys of a backup that the database which it replaces has no longer: they were revoked since, or had
  /// their day.
  /// - Returns: Nil when the replaced database is another authority's, which can tell nothing.
  package func keysGone(
    from backup: (settings: AuthoritySettings, keys: [SigningKeyRecord]),
    in replaced: (settings: AuthoritySettings, keys: [SigningKeyRecord])
  ) -> [String]? {
    guard backup.settings.issuer == replaced.settings.issuer,
      backup.settings.createdAt == replaced.settings.createdAt
    else { return nil }
    let left = Set(replaced.keys.map(\.keyID))
    return backup.keys.map(\.keyID).filter { !left.contains($0) }
  }
}
