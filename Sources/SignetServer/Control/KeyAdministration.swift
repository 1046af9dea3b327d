internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import TokenVerification

extension Administration {
  func signingKeys() async throws -> AdministrationAnswer {
    keys(try await service.storage.read { tx in try tx.signingKeys() })
  }

  func rotateKeys(isForced: Bool, origin: RequestOrigin) async throws -> AdministrationAnswer {
    switch try await service.rotateKeys(isForced: isForced, origin: origin) {
    case .success(let records): return keys(records)
    case .failure(.publishedTooRecently(let readyAt)):
      let minutes = max(1, (readyAt - service.clock()).components.seconds / 60)
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

  /// Retired keys, then what signs, then what will.
  private func keys(_ records: [SigningKeyRecord]) -> AdministrationAnswer {
    let schedule = KeySchedule(records, policy: service.authority.policy)
    let order: [SigningKeyRecord.State] = [.retired, .active, .next]
    let ordered = order.flatMap { state in
      records.filter { $0.state == state }
        .sorted { $0.retiredAt ?? $0.createdAt < $1.retiredAt ?? $1.createdAt }
    }
    return .keys(ordered.map { SigningKeySummary($0, schedule: schedule) })
  }

  /// What this authority, which knows every revocation, says of a token.
  func verdict(on token: SecretText, audience: String) throws -> AdministrationAnswer {
    let policy = service.authority.policy
    let verifier = TokenVerifier(
      policy: try VerificationPolicy(
        issuer: policy.issuer, audience: audience, algorithms: [policy.signingAlgorithm]))
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
