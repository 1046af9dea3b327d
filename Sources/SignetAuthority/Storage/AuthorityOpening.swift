package import JOSE

/// Why an authority does not start on this database. Each says what to do.
package enum OpeningError: Error, Hashable, Sendable, CustomStringConvertible {
  case notInitialised
  case alreadyInitialised
  case wrongKeyring
  case otherIssuer(stored: String, configured: String)
  case moved(to: String)

  package var description: String {
    switch self {
    case .notInitialised:
      "this database holds no authority yet; run `signet init`"
    case .alreadyInitialised:
      "this database holds an authority already; choose another directory, or keep this one"
    case .wrongKeyring:
      "the keyring is not the one that this database was made with; "
        + "restore the keyring file that belongs to it"
    case .otherIssuer(let stored, let configured):
      "this database belongs to the issuer \(stored), but the configuration says \(configured); "
        + "set `issuer` back, because tokens and links carry it"
    case .moved(let successor):
      "this authority was moved to \(successor) by `signet copy`, and two of it must not run; "
        + "configure that one, or take this one up again as after a restore: everybody logs in again"
    }
  }
}

extension Authority {
  /// Settings for a new database.
  package func newSettings(at now: Timestamp) throws -> AuthoritySettings {
    AuthoritySettings(
      issuer: policy.issuer, revocationEpoch: freshEpoch(), keyringProof: try sealedProof(), createdAt: now)
  }

  /// A name for a life of the revocation log that no other has.
  func freshEpoch() -> String { Base64URL.encode(random.bytes(8)) }

  /// What only this keyring opens, sealed under its newest secret.
  func sealedProof() throws -> [UInt8] {
    try keyring.seal(Self.proofText, context: Self.proofContext)
  }

  /// Makes the database an authority's: its settings and its first keys.
  /// - Throws: ``OpeningError/alreadyInitialised``.
  package func initialise(
    _ settings: AuthoritySettings, keys: FreshSigningKeys, origin: RequestOrigin,
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    guard try tx.settings() == nil else { throw OpeningError.alreadyInitialised }
    try tx.insert(settings)
    try makeFirstKeys(keys, origin: origin, in: tx, at: now)
  }

  /// Checks that this database, this keyring and this configuration belong together, and that the authority
  /// has not been moved elsewhere.
  /// - Throws: ``OpeningError`` that says what to do.
  package func checkBelonging(in tx: some AuthorityReads) throws -> AuthoritySettings {
    let settings = try checkOrigin(in: tx)
    if let successor = try tx.successor() { throw OpeningError.moved(to: successor) }
    return settings
  }

  /// The same, of a database that is not served from as it is: it may be one that was left behind.
  package func checkOrigin(in tx: some AuthorityReads) throws -> AuthoritySettings {
    guard let settings = try tx.settings() else { throw OpeningError.notInitialised }
    guard let proof = keyring.open(settings.keyringProof, context: Self.proofContext), proof == Self.proofText
    else {
      throw OpeningError.wrongKeyring
    }
    guard settings.issuer == policy.issuer else {
      throw OpeningError.otherIssuer(stored: settings.issuer, configured: policy.issuer)
    }
    return settings
  }

  private static let proofText = Array("signet".utf8)
  private static let proofContext = "keyring proof"
}
