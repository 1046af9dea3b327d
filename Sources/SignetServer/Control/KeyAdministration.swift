internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import TokenVerification

extension Administration {
  func signingKeys() async throws -> AdministrationAnswer {
    keys(try await service.storage.read { tx in try tx.signingKeys() })
  }

  func rotateKeys(
    isForced: Bool, resource: String?, origin: RequestOrigin
  ) async throws -> AdministrationAnswer {
    let audience = try secretAudience(ofResource: resource)
    switch try await service.rotateKeys(for: audience, isForced: isForced, origin: origin) {
    case .success(let records): return keys(records)
    case .failure(.publishedTooRecently(let readyAt)):
      let minutes = max(1, (readyAt - service.clock()).components.seconds / 60)
      if let resource {
        throw AdministrationRefusal(
          "made_too_recently",
          "the next secret has not been there for long enough: “\(resource)” may not have it yet",
          next: "hand it over with `signet keys export --resource \(resource)`, then rotate with --force")
      }
      throw AdministrationRefusal(
        "published_too_recently",
        "the next key has not been published for long enough: verifiers may not have it yet",
        next:
          "wait \(minutes) minutes, or rotate with --force if tokens may fail until verifiers fetch the keys")
    }
  }

  func revokeKey(_ keyID: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    guard let records = try await service.revokeKey(keyID, origin: origin) else {
      throw AdministrationRefusal(
        "no_such_key", "there is no key “\(keyID)”", next: "`signet keys list` shows those that there are")
    }
    return keys(records)
  }

  /// The published keys, then each resource's secrets; of each the retired, then what signs, then what will.
  private func keys(_ records: [SigningKeyRecord]) -> AdministrationAnswer {
    let policy = service.authority.policy
    let secrets = Set(records.compactMap(\.audience)).sorted()
    let summaries = ([nil] + secrets.map(Optional.some)).flatMap { audience in
      let schedule = KeySchedule(records, for: audience, policy: policy)
      let name = policy.resources.first { $0.audience == audience }?.name ?? audience
      let order: [SigningKeyRecord.State] = [.retired, .active, .next]
      let ordered = order.flatMap { state in
        records.filter { $0.state == state && $0.audience == audience }
          .sorted { $0.retiredAt ?? $0.createdAt < $1.retiredAt ?? $1.createdAt }
      }
      return ordered.map { SigningKeySummary($0, schedule: schedule, resource: name) }
    }
    return .keys(summaries)
  }

  /// What this authority, which knows every revocation, says of a token.
  func verdict(on token: SecretText, audience: String) throws -> AdministrationAnswer {
    let policy = service.authority.policy
    let verifier = TokenVerifier(
      policy: try VerificationPolicy(
        issuer: policy.issuer, audience: audience, algorithms: CurrentKeys.algorithms))
    let verdict = verifier.verify(
      Array(token.value.utf8), keys: service.keys.snapshot, revocations: service.revocations.view,
      at: service.clock())
    switch verdict {
    case .allow: return .verdict(reason: nil, detail: nil)
    case .deny(let rejection): return .verdict(reason: rejection.reason.rawValue, detail: rejection.detail)
    case .needsKeys(let keyID):
      let rejection = Rejection.unknownKey(keyID)
      return .verdict(reason: rejection.reason.rawValue, detail: rejection.detail)
    }
  }
}
