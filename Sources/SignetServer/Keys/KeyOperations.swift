internal import HummingbirdTokenVerification
internal import Logging
package import SignetAuthority
internal import TokenVerification

extension AuthorityService {
  /// Rotates the signing keys, or the secrets of the resource with `audience`, and goes on with the new one
  /// at once; when forced, although the next one was made too recently.
  /// - Returns: The keys as they are stored now.
  package func rotateKeys(
    for audience: String? = nil, isForced: Bool, origin: RequestOrigin
  ) async throws -> Result<[SigningKeyRecord], KeyRotationRefusal> {
    let now = clock()
    let fresh = try await KeyGeneration.run { [authority] in
      try authority.generateKey(for: audience, at: now)
    }
    let (outcome, records) = try await changeKeys { [authority] tx in
      try authority.rotateKeys(adding: fresh, isForced: isForced, origin: origin, in: tx, at: now)
    }
    return outcome.map { records }
  }

  /// Ends trust in a key at once; when it was the one that signs, goes on with another.
  /// - Returns: The keys as they are stored now; nil when there was no such key.
  package func revokeKey(_ keyID: String, origin: RequestOrigin) async throws -> [SigningKeyRecord]? {
    let now = clock()
    let fresh = try await KeyGeneration.run { [authority] in try authority.generateFirstKeys(at: now) }
    let (isRevoked, records) = try await changeKeys { [authority] tx in
      try authority.revokeKey(keyID, adding: fresh, origin: origin, in: tx, at: now)
    }
    return isRevoked ? records : nil
  }

  /// Does what the schedule says is due by now, and takes over the keys as they are stored.
  func tendKeys() async throws {
    let now = clock()
    let due = try await storage.read { [authority] tx in
      KeySchedule(try tx.signingKeys(), policy: authority.policy).steps(at: now)
    }
    // Outside the transaction: RSA takes its time.
    let fresh =
      due.contains(.makeNext)
      ? try await KeyGeneration.run { [authority] in try authority.generateKey(at: now) } : nil
    let origin = RequestOrigin(requestID: "upkeep")
    let (steps, _) = try await changeKeys { [authority] tx in
      try authority.tendKeys(adding: fresh, origin: origin, in: tx, at: now)
    }
    for step in steps { logger.info("signing keys changed", metadata: ["step": "\(step)"]) }
  }

  /// Runs a write that may change keys, and goes on with what it leaves behind.
  ///
  /// The keys are read in the transaction that changes them: after its commit nothing can fail that would
  /// leave a retired or a revoked key signing, and keys that could not be opened are never committed.
  func changeKeys<Answer: Sendable>(
    _ change: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> (answer: Answer, records: [SigningKeyRecord]) {
    let (answer, records, loaded) = try await storage.write { [authority, keys] tx in
      let answer = try change(tx)
      // After the change, which excludes others, and before the keys are read: see `CurrentKeys.ticket()`.
      let ticket = keys.ticket()
      let records = try tx.signingKeys()
      return (answer, records, (ticket: ticket, keys: try authority.signingKeys(from: records)))
    }
    keys.replace(with: loaded.keys, ticket: loaded.ticket)
    return (answer, records)
  }

  /// Takes over the keys as they are stored now: another node may have changed them.
  ///
  /// A database that is an older state of itself may hold a key whose revocation it has lost. It is revoked
  /// once more.
  func reloadKeys() async throws {
    let ticket = keys.ticket()
    let records = try await storage.read { tx in try tx.signingKeys() }
    let view = revocations.view
    let revoked = records.filter { view.revokes(keyID: $0.keyID, of: authority.policy.issuer) }
    for key in revoked {
      logger.critical("a revoked key is back; it is revoked again", metadata: ["kid": "\(key.keyID)"])
      _ = try await revokeKey(key.keyID, origin: RequestOrigin(requestID: "cluster"))
    }
    guard revoked.isEmpty else { return }
    keys.replace(with: try authority.signingKeys(from: records), ticket: ticket)
  }
}
