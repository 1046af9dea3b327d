internal import JOSE
internal import SignetAuthority

/// Whether the signing keys can be used and keep to their schedule.
struct KeyCheck: Sendable {
  var records: [SigningKeyRecord]
  var policy: AuthorityPolicy
  /// The stored keys that the keyring does not open.
  var unopened: [String]
  /// Whether a resource asks for a secret of its own, and has none.
  var lacksSecrets = false
  var now: Timestamp

  var findings: [Finding] {
    let schedule = KeySchedule(records, policy: policy)
    var findings = unopened.map { keyID in
      Finding.problem(
        Self.subject, "the keyring does not open the key \(keyID)",
        advice: "restore the keyring that belongs to this database")
    }
    let ring = records.filter { $0.audience == nil }
    guard let active = ring.last(where: { $0.state == .active }) else {
      return findings + [
        .problem(Self.subject, "no key signs", advice: "restore the newest backup of the database")
      ]
    }
    let next = ring.first { $0.state == .next }
    if lacksSecrets {
      findings.append(
        .warning(
          Self.subject, "a resource asks for HS256 and has no secret yet",
          advice: "start the server: it makes one; then `signet keys export`"))
    }
    if next == nil {
      findings.append(
        .warning(
          Self.subject, "no key is published ahead", advice: "start the server: it makes one by itself"))
    }
    if let change = next.flatMap({ schedule.activation(of: $0) }), change + Self.patience < now {
      findings.append(
        .warning(
          Self.subject,
          "\(active.keyID) has signed for \(days(since: active)); the next was due \(change.text)",
          advice: "leave the server running, or run `signet keys rotate`"))
    }
    for key in ring {
      guard let removal = schedule.removal(of: key), removal + Self.patience < now else { continue }
      findings.append(
        .warning(
          Self.subject, "\(key.keyID) is still published, and was to be removed at \(removal.text)",
          advice: "leave the server running: it removes keys by itself"))
    }
    guard findings.isEmpty else { return findings }
    let change = next.flatMap { schedule.activation(of: $0) }.map { ", the next from \($0.text)" } ?? ""
    return [.ok(Self.subject, "\(active.keyID) has signed for \(days(since: active))\(change)")]
  }

  private func days(since key: SigningKeyRecord) -> String {
    let days = max(0, now.seconds - (key.activatedAt ?? key.createdAt).seconds) / 86_400
    return days == 1 ? "1 day" : "\(days) days"
  }

  private static let subject = "keys"
  /// How late the server's upkeep may be before it is worth a word.
  private static let patience: Duration = .seconds(3600)
}

extension KeyCheck {
  init(records: [SigningKeyRecord], authority: Authority, now: Timestamp) {
    let unopened = records.filter { !authority.opens($0) }.map(\.keyID)
    self.init(
      records: records, policy: authority.policy, unopened: unopened,
      lacksSecrets: authority.lacksSecrets(records), now: now)
  }
}

extension Authority {
  /// Whether the keyring opens a stored key or a resource's secret.
  fileprivate func opens(_ record: SigningKeyRecord) -> Bool {
    do {
      _ = try privateKey(from: record)
      return true
    } catch {
      return false
    }
  }
}
