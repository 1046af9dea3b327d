package import JOSE

extension Authority {
  /// Ends trust in a key, at once: its record goes, and the revocation log says so for as long as a verifier
  /// may keep its public half.
  ///
  /// When it was the one that signs, the key ahead takes its place, whether verifiers have it yet or not;
  /// when there is none, a fresh one. `fresh` are two, of which no more are used than it takes to have one
  /// key that signs and one ahead. All secrets of a resource go together: one file holds them all, and who
  /// has one of them has the others.
  /// - Returns: Whether there was such a key.
  package func revokeKey(
    _ keyID: String, adding fresh: FreshSigningKeys, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> Bool {
    let records = try tx.signingKeys()
    guard let revoked = records.first(where: { $0.keyID == keyID }) else { return false }
    if let audience = revoked.audience {
      for secret in records where secret.audience == audience {
        try remove(secret, origin: origin, in: tx, at: now)
      }
      try makeMissingSecrets(origin: origin, in: tx, at: now)
      return true
    }
    try remove(revoked, origin: origin, in: tx, at: now)
    let left = records.filter { $0.keyID != keyID && $0.audience == nil }
    switch (revoked.state, KeySchedule(left, policy: policy).ahead.first) {
    case (.active, let next?):
      try activate(next, retiring: left, origin: origin, in: tx, at: now)
      try add(fresh.first, origin: origin, in: tx, at: now)
    case (.active, nil):
      try addActive(fresh.first, origin: origin, in: tx, at: now)
      try add(fresh.second, origin: origin, in: tx, at: now)
    case (.next, nil):
      try add(fresh.first, origin: origin, in: tx, at: now)
    case (.next, _), (.retired, _): break
    }
    // Where another key has taken over, its record is what was contended for.
    if revoked.state != .active { try contend(for: left, in: tx) }
    return true
  }

  private func remove(
    _ key: SigningKeyRecord, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    try tx.deleteSigningKey(key.keyID)
    try tx.append(Revocation.decide(.key(key.keyID), policy: policy, at: now))
    try record(.keyRevoked, key.keyID, origin: origin, in: tx, at: now)
  }
}
