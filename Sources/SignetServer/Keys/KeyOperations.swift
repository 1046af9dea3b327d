package import SignetAuthority

extension AuthorityService {
  /// Rotates the signing keys and goes on with the new one at once; when forced, although the next key was
  /// published too recently.
  package func rotateKeys(
    isForced: Bool, origin: RequestOrigin
  ) async throws -> Result<Void, KeyRotationRefusal> {
    let now = clock()
    let fresh = try authority.generateKey(at: now)
    let outcome = try await storage.write { [authority] tx in
      try authority.rotateKeys(adding: fresh, isForced: isForced, origin: origin, in: tx, at: now)
    }
    try await reloadKeys()
    return outcome
  }

  /// Takes over the keys as they are stored.
  package func reloadKeys() async throws {
    let ticket = keys.reloadTicket()
    let stored = try await storage.read { [authority] tx in
      try authority.signingKeys(from: try tx.signingKeys())
    }
    keys.replace(with: stored, ticket: ticket)
  }
}
