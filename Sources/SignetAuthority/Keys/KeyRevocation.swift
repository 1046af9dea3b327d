package import JOSE

extension Authority {
  /// Ends trust in a key, at once: its record goes, and the revocation log says so for as long as a verifier
  /// may keep its public half.
  ///
  /// When it was the one that signs, the key ahead takes its place, whether verifiers have it yet or not;
  /// when there is none, a fresh one. `fresh` are two, of which no more are used than it takes to have one
  /// key that signs and one ahead.
  /// - Returns: Whether there was such a key.
  package func revokeKey(
    _ keyID: String, adding fresh: FreshSigningKeys, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> Bool {
    let records = try tx.signingKeys()
    guard let revoked = records.first(where: { $0.keyID == keyID }) else { return false }
    try tx.deleteSigningKey(keyID)
    try tx.append(Revocation.decide(.key(keyID), policy: policy, at: now))
    try record(.keyRevoked, keyID, origin: origin, in: tx, at: now)
    let left = records.filter { $0.keyID != keyID }
    let ahead = KeySchedule(left, for: revoked.audience, policy: policy).ahead.first
    func replacement(_ published: SigningKeyRecord) throws -> SigningKeyRecord {
      try revoked.audience.map { try generateKey(for: $0, at: now) } ?? published
    }
    switch (revoked.state, ahead) {
    case (.active, let next?):
      try activate(next, retiring: left, origin: origin, in: tx, at: now)
      try add(replacement(fresh.first), origin: origin, in: tx, at: now)
    case (.active, nil):
      try addActive(replacement(fresh.first), origin: origin, in: tx, at: now)
      try add(replacement(fresh.second), origin: origin, in: tx, at: now)
    case (.next, nil):
      try add(replacement(fresh.first), origin: origin, in: tx, at: now)
    case (.next, _), (.retired, _): break
    }
    // Where another published key has taken over, its record is what was contended for.
    if revoked.state != .active || revoked.audience != nil { try contend(for: left, in: tx) }
    return true
  }
}
