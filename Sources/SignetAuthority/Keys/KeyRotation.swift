package import JOSE

/// Why a rotation did not happen.
package enum KeyRotationRefusal: Error, Hashable, Sendable {
  /// The next key has not been published for long enough: verifiers may not have it yet.
  case publishedTooRecently(readyAt: Timestamp)
}

// Every change touches the record of the published key that is active: it is the one row that two nodes which
// decide at the same time contend for, so that the second finds a conflict, decides again, and has nothing
// left to do.

extension Authority {
  /// Makes the first two keys, one active and one next, unless there are keys.
  package func makeFirstKeys(
    _ fresh: FreshSigningKeys, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    guard try tx.signingKeys().isEmpty else { return }
    try addActive(fresh.first, origin: origin, in: tx, at: now)
    try add(fresh.second, origin: origin, in: tx, at: now)
  }

  /// Rotates the keys that `fresh` belongs to: `active` → `retired`, `next` → `active`, and `fresh` becomes
  /// `next`.
  ///
  /// `isForced` goes on although the next key was published too recently: verifiers then meet a key that they
  /// must fetch, or a resource one that it has not been given.
  package func rotateKeys(
    adding fresh: SigningKeyRecord, isForced: Bool, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> Result<Void, KeyRotationRefusal> {
    let records = try tx.signingKeys()
    let schedule = KeySchedule(records, for: fresh.audience, policy: policy)
    // Whatever is wrong with the stored keys, a rotation never leaves the authority without one that signs.
    guard let next = schedule.ahead.first else {
      try contend(for: records, in: tx)
      try add(fresh, origin: origin, in: tx, at: now)
      return .failure(.publishedTooRecently(readyAt: schedule.readiness(of: fresh)))
    }
    let readyAt = schedule.readiness(of: next)
    guard isForced || readyAt <= now else { return .failure(.publishedTooRecently(readyAt: readyAt)) }
    try activate(next, retiring: records, origin: origin, in: tx, at: now)
    if next.audience != nil { try contend(for: records, in: tx) }
    try add(fresh, origin: origin, in: tx, at: now)
    return .success(())
  }

  /// Does what the schedules say is due. `fresh` is the published key to make ahead; without one, that waits.
  /// - Returns: What was due.
  package func tendKeys(
    adding fresh: SigningKeyRecord?, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> [KeySchedule.Step] {
    let records = try tx.signingKeys()
    let secrets = Set(records.compactMap(\.audience)).sorted()
    var done: [KeySchedule.Step] = []
    for audience in [nil] + secrets.map(Optional.some) {
      let schedule = KeySchedule(records, for: audience, policy: policy)
      for step in schedule.steps(at: now) {
        let next = step == .makeNext && audience != nil ? try generateKey(for: audience, at: now) : fresh
        try take(step, records, adding: next, origin: origin, in: tx, at: now)
        done.append(step)
      }
    }
    let active = KeySchedule(records, policy: policy).active?.keyID
    let hasContended = done.contains { step in
      switch step {
      case .activate: true
      case .redate(let keyID): keyID == active
      default: false
      }
    }
    if !done.isEmpty, !hasContended { try contend(for: records, in: tx) }
    return done
  }

  private func take(
    _ step: KeySchedule.Step, _ records: [SigningKeyRecord], adding fresh: SigningKeyRecord?,
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    func named(_ keyID: String) -> SigningKeyRecord? { records.first { $0.keyID == keyID } }
    switch step {
    case .discard(let keyID), .remove(let keyID):
      try tx.deleteSigningKey(keyID)
      try record(.keyRemoved, keyID, origin: origin, in: tx, at: now)
    case .activate(let keyID):
      if let key = named(keyID) {
        try activate(key, retiring: records, origin: origin, in: tx, at: now)
      }
    case .makeNext:
      if let fresh { try add(fresh, origin: origin, in: tx, at: now) }
    case .retire(let keyID):
      if let key = named(keyID) { try retire(key, origin: origin, in: tx, at: now) }
    case .redate(let keyID):
      guard var key = named(keyID) else { return }
      if key.state == .active { key.activatedAt = now } else { key.retiredAt = now }
      try tx.update(key)
    }
  }

  func add(
    _ key: SigningKeyRecord, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    try tx.insert(key)
    try record(.keyAdded, key.keyID, origin: origin, in: tx, at: now)
  }

  /// Adds a key that signs from the start, because there is none that could have been published ahead.
  func addActive(
    _ key: SigningKeyRecord, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    var key = key
    key.state = .active
    key.activatedAt = now
    try add(key, origin: origin, in: tx, at: now)
  }

  /// `next` signs from now on, and whatever of `records` signed for the same audience no more.
  func activate(
    _ next: SigningKeyRecord, retiring records: [SigningKeyRecord], origin: RequestOrigin,
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    for key in records where key.state == .active && key.audience == next.audience {
      try retire(key, origin: origin, in: tx, at: now)
    }
    var next = next
    next.state = .active
    next.activatedAt = now
    try tx.update(next)
    try record(.keyActivated, next.keyID, origin: origin, in: tx, at: now)
  }

  private func retire(
    _ key: SigningKeyRecord, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    var key = key
    key.state = .retired
    key.retiredAt = now
    try tx.update(key)
    try record(.keyRetired, key.keyID, origin: origin, in: tx, at: now)
  }

  func contend(for records: [SigningKeyRecord], in tx: some AuthorityWrites) throws {
    if let active = KeySchedule(records, policy: policy).active { try tx.update(active) }
  }

  func record(
    _ kind: AuditEvent.Kind, _ keyID: String, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws {
    try tx.append(AuditEvent(at: now, kind: kind, origin: origin, reason: keyID))
  }
}
