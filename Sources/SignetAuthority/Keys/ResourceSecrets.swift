package import JOSE

// A resource may ask for HS256: then its tokens are signed with a secret of 256 bits that nobody but it and
// the authority has. Who can check such a token can also make one; so a secret is good for one audience, and
// never in the key set.

extension AuthorityPolicy {
  /// Whether the resource with this audience has a secret of its own.
  func hasOwnSecret(_ audience: String) -> Bool {
    resources.contains { $0.audience == audience && $0.hasOwnSecret }
  }

  /// What tokens for this audience alone are signed with; nil stands for all without a secret of their own.
  func algorithm(for audience: String?) -> SignatureAlgorithm {
    audience == nil ? signingAlgorithm : .hs256
  }

  /// The audiences of one token when `named` are asked for of what was `granted`.
  ///
  /// Who names none gets all that one signature can serve: those without a secret of their own, if there are
  /// any.
  func tokenAudiences(_ named: [String]?, of granted: [String]) -> [String] {
    if let named { return named }
    let declared = declared(granted)
    let published = declared.filter { !hasOwnSecret($0) }
    return published.isEmpty ? declared : published
  }

  /// Whether one token can be for all of `audiences`: it has one signature, and what is signed with a
  /// resource's own secret is for that resource alone.
  func canShareToken(_ audiences: [String]) -> Bool {
    audiences.count == 1 || !audiences.contains(where: hasOwnSecret)
  }
}

extension Authority {
  /// Whether a resource asks for a secret of its own, and has none that signs.
  package func lacksSecrets(_ records: [SigningKeyRecord]) -> Bool {
    !audiencesWithoutSecret(records).isEmpty
  }

  /// Makes what ``lacksSecrets(_:)`` says is missing: for each resource one that signs, and one ahead.
  package func makeMissingSecrets(
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    let records = try tx.signingKeys()
    let lacking = audiencesWithoutSecret(records)
    guard !lacking.isEmpty else { return }
    for audience in lacking {
      try addActive(generateKey(for: audience, at: now), origin: origin, in: tx, at: now)
      try add(generateKey(for: audience, at: now), origin: origin, in: tx, at: now)
    }
    try contend(for: records, in: tx)
  }

  /// The secrets that the resource called `name` is to hold, for its operator's eyes: the ones ahead, active
  /// and retired, so that it accepts what is signed before and after a rotation. Every hand-over is in the
  /// audit log.
  /// - Returns: Nil when no resource of that name has a secret of its own.
  package func exportSecrets(
    ofResource name: String, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> [JWK]? {
    guard let resource = policy.resources.first(where: { $0.name == name && $0.hasOwnSecret }) else {
      return nil
    }
    let secrets = try tx.signingKeys().filter { $0.audience == resource.audience }
    try tx.append(AuditEvent(at: now, kind: .secretExported, origin: origin, reason: name))
    return try secrets.map(privateKey(from:))
  }

  private func audiencesWithoutSecret(_ records: [SigningKeyRecord]) -> [String] {
    let served = records.filter { $0.state == .active }.map(\.audience)
    return policy.resources.filter { $0.hasOwnSecret && !served.contains($0.audience) }.map(\.audience)
  }
}
