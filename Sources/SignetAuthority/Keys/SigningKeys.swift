package import JOSE

/// Where the keys of an authority stand: what it signs with, and what it publishes.
package struct SigningKeys: Sendable {
  /// The private key that signs now.
  package let signer: SigningKey
  /// All that verifiers need: `next`, `active` and `retired`, oldest first.
  package let published: JWKSet
}

/// Why a rotation did not happen.
package enum KeyRotationRefusal: Error, Hashable, Sendable {
  /// The next key has not been published for long enough: verifiers may not have it yet.
  case publishedTooRecently(readyAt: Timestamp)
}

/// Why stored keys cannot be used. The server refuses to start.
package enum SigningKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No key is active.
  case noActiveKey
  /// The keyring does not open this key.
  case cannotOpen(keyID: String)
  /// The stored key is not what its record says.
  case damaged(keyID: String)

  package var description: String {
    switch self {
    case .noActiveKey: "no signing key is active"
    case .cannotOpen(let keyID): "the keyring does not open the signing key \(keyID)"
    case .damaged(let keyID): "the stored signing key \(keyID) is damaged"
    }
  }
}

extension Authority {
  /// Makes the first two keys, one active and one next, unless there are keys.
  package func makeFirstKeys(
    _ fresh: FreshSigningKeys, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    guard try tx.signingKeys().isEmpty else { return }
    var first = fresh.first
    first.state = .active
    first.activatedAt = now
    for key in [first, fresh.second] {
      try tx.insert(key)
      try recordKey(.keyAdded, key.keyID, origin: origin, in: tx, at: now)
    }
  }

  /// Rotates: `active` → `retired`, `next` → `active`, and a fresh key becomes `next`.
  ///
  /// `isForced` goes on although the next key was published too recently: verifiers then meet a key that they
  /// must fetch.
  package func rotateKeys(
    adding fresh: SigningKeyRecord, isForced: Bool, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> Result<Void, KeyRotationRefusal> {
    let keys = try tx.signingKeys()
    // Whatever is wrong with the stored keys, a rotation never leaves the authority without one that signs.
    guard let next = keys.first(where: { $0.state == .next }) else {
      try tx.insert(fresh)
      try recordKey(.keyAdded, fresh.keyID, origin: origin, in: tx, at: now)
      return .failure(.publishedTooRecently(readyAt: fresh.createdAt + policy.keyPublishAhead))
    }
    let readyAt = next.createdAt + policy.keyPublishAhead
    guard isForced || readyAt <= now else { return .failure(.publishedTooRecently(readyAt: readyAt)) }
    for var key in keys where key.state == .active {
      key.state = .retired
      key.retiredAt = now
      try tx.update(key)
      try recordKey(.keyRetired, key.keyID, origin: origin, in: tx, at: now)
    }
    for var key in keys where key.state == .next {
      key.state = .active
      key.activatedAt = now
      try tx.update(key)
      try recordKey(.keyActivated, key.keyID, origin: origin, in: tx, at: now)
    }
    try tx.insert(fresh)
    try recordKey(.keyAdded, fresh.keyID, origin: origin, in: tx, at: now)
    return .success(())
  }

  /// Removes retired keys whose last token has expired.
  /// - Returns: Their key IDs.
  package func removeExpiredKeys(
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> [String] {
    let life = AuthorityPolicy.longestAccessTokenLifetime + AuthorityPolicy.maximumLeeway
    var removed: [String] = []
    for key in try tx.signingKeys() where key.state == .retired {
      guard let retiredAt = key.retiredAt, retiredAt + life <= now else { continue }
      try tx.deleteSigningKey(key.keyID)
      try recordKey(.keyRemoved, key.keyID, origin: origin, in: tx, at: now)
      removed.append(key.keyID)
    }
    return removed
  }

  private func recordKey(
    _ kind: AuditEvent.Kind, _ keyID: String, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws {
    try tx.append(AuditEvent(at: now, kind: kind, origin: origin, reason: keyID))
  }
}

/// Two fresh keys for a new authority. Made outside any transaction: RSA takes its time.
package struct FreshSigningKeys: Sendable {
  let first: SigningKeyRecord
  let second: SigningKeyRecord
}

extension Authority {
  package func generateFirstKeys(at now: Timestamp) throws -> FreshSigningKeys {
    FreshSigningKeys(first: try generateKey(at: now), second: try generateKey(at: now))
  }

  /// A fresh key of the policy's algorithm in state `next`, its private half sealed.
  package func generateKey(at now: Timestamp) throws -> SigningKeyRecord {
    let keyID = Base64URL.encode(random.bytes(12))
    let key = try JWK.generate(policy.signingAlgorithm, keyID: keyID)
    return SigningKeyRecord(
      keyID: keyID, algorithm: policy.signingAlgorithm, state: .next,
      publicJWK: try key.publicKey().publicJSON().encoded(),
      sealedPrivateJWK: try keyring.seal(key.privateJSON().encoded(), context: Self.sealContext(keyID)),
      createdAt: now)
  }

  /// Opens what is stored.
  /// - Throws: ``SigningKeyError``.
  package func signingKeys(from records: [SigningKeyRecord]) throws -> SigningKeys {
    guard let active = records.last(where: { $0.state == .active }) else { throw SigningKeyError.noActiveKey }
    let published = try records.map { record in
      do {
        return try JWK(parsing: record.publicJWK)
      } catch {
        throw SigningKeyError.damaged(keyID: record.keyID)
      }
    }
    return SigningKeys(signer: try signer(from: active), published: JWKSet(keys: published))
  }

  private func signer(from record: SigningKeyRecord) throws -> SigningKey {
    guard let opened = keyring.open(record.sealedPrivateJWK, context: Self.sealContext(record.keyID)) else {
      throw SigningKeyError.cannotOpen(keyID: record.keyID)
    }
    do {
      let key = try SigningKey(JWK(parsing: opened), algorithm: record.algorithm)
      guard key.keyID == record.keyID else { throw SigningKeyError.damaged(keyID: record.keyID) }
      return key
    } catch {
      throw SigningKeyError.damaged(keyID: record.keyID)
    }
  }

  private static func sealContext(_ keyID: String) -> String {
    "signing key \(keyID)"
  }
}
