package import JOSE

// A keyring gets a new first line. What the older ones have sealed is sealed again under it when the
// authority opens; then they only authenticate what was issued in their time, and can be taken out.

extension Authority {
  /// Whether anything is sealed under another secret of the keyring than the newest.
  package func hasOldSeals(in tx: some AuthorityReads) throws -> Bool {
    guard let settings = try tx.settings() else { return false }
    let seals = [settings.keyringProof] + (try tx.signingKeys().map(\.sealedPrivateJWK))
    return !seals.allSatisfy(keyring.isNewest)
  }

  /// Seals the keyring's proof, every private key and every resource's secret under the newest secret: all
  /// of them, or none.
  /// - Returns: How many were sealed again.
  /// - Throws: ``OpeningError/wrongKeyring``, or ``SigningKeyError/cannotOpen(keyID:)`` for what no line of
  ///   the keyring opens.
  package func renewSeals(
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Int {
    let proof = try checkBelonging(in: tx).keyringProof
    var count = 0
    if !keyring.isNewest(proof) {
      try tx.replaceKeyringProof(proof, with: sealedProof())
      count += 1
    }
    for var key in try tx.signingKeys() where !keyring.isNewest(key.sealedPrivateJWK) {
      key.sealedPrivateJWK = try sealedAgain(key)
      try tx.update(key)
      count += 1
    }
    guard count > 0 else { return 0 }
    try tx.append(
      AuditEvent(
        at: now, kind: .keyringRenewed, origin: origin, reason: Base64URL.encode(keyring.newestID)))
    return count
  }
}
