package import JOSE

/// When signing keys change: a pure function of what is stored, what the policy wants, and the time.
///
/// ```
///                publish-ahead           rotation interval        longest token
/// made ── next ────────────────▶ active ──────────────────▶ retired ───────────▶ removed
/// ```
///
/// One key is always ahead, so that an emergency finds one that verifiers have. It waits for its turn *and*
/// for its publish-ahead: however late the schedule is looked at, a key signs only when it has been published
/// for long enough, and no more than one does at a time.
///
/// A resource's own secrets stand in the same order, each resource's by themselves, but move on by hand
/// alone: nobody but the operator knows whether the resource has been given the next one.
package struct KeySchedule: Sendable {
  /// Something that is due.
  package enum Step: Hashable, Sendable {
    /// A key ahead that has never signed and no longer fits: remove it.
    case discard(String)
    /// The key ahead signs from now on; whatever was active retires.
    case activate(String)
    /// No key is ahead: make one.
    case makeNext
    /// The resource no longer asks for a secret of its own: this one signs no more.
    case retire(String)
    /// A time of this key lies in the future, because the clock was set back since: it counts from now.
    case redate(String)
    /// The last token of this retired key has expired.
    case remove(String)
  }

  private let records: [SigningKeyRecord]
  private let policy: AuthorityPolicy
  private let audience: String?

  /// The schedule of those of `records`, oldest first, that are for `audience`; nil stands for the published
  /// keys.
  package init(_ records: [SigningKeyRecord], for audience: String? = nil, policy: AuthorityPolicy) {
    self.records = records.filter { $0.audience == audience }
    self.policy = policy
    self.audience = audience
  }

  /// How long a retired key is published: as long as any token that any configuration let it sign, and as
  /// verifiers may forgive.
  package static let retiredLife = AuthorityPolicy.longestAccessTokenLifetime + AuthorityPolicy.maximumLeeway

  /// What is due at `now`, in the order in which it is to be done; empty most of the time.
  package func steps(at now: Timestamp) -> [Step] {
    let misdated = records.filter { isInFuture($0, at: now) }.map(\.keyID)
    let unfit = records.filter { $0.state == .next && !isFit($0, at: now) }.map(\.keyID)
    var steps = unfit.map { Step.discard($0) }
    var ahead = self.ahead.filter { !unfit.contains($0.keyID) }
    if let key = ahead.first, !misdated.contains(active?.keyID ?? ""), let turn = activation(of: key),
      turn <= now
    {
      steps.append(.activate(key.keyID))
      ahead.removeFirst()
    }
    if isWanted {
      if ahead.isEmpty { steps.append(.makeNext) }
    } else if let active {
      steps.append(.retire(active.keyID))
    }
    for record in records where record.state != .next {
      if misdated.contains(record.keyID) {
        steps.append(.redate(record.keyID))
      } else if let removal = removal(of: record), removal <= now {
        steps.append(.remove(record.keyID))
      }
    }
    return steps
  }

  /// When there is something to do next; `now` if there is already, nil without keys.
  package func due(at now: Timestamp) -> Timestamp? {
    guard steps(at: now).isEmpty else { return now }
    return records.compactMap { $0.state == .next ? activation(of: $0) : removal(of: $0) }.min()
  }

  // MARK: Times

  /// When the key begins to sign, or began; nil for one that waits behind another, or for the operator.
  package func activation(of record: SigningKeyRecord) -> Timestamp? {
    guard record.state == .next else { return record.activatedAt }
    guard audience == nil, let active, ahead.first?.keyID == record.keyID else { return nil }
    return max(expiry(of: active), readiness(of: record))
  }

  /// When the key ceases to sign, or ceased; nil for one that has not begun, or waits for the operator.
  package func retirement(of record: SigningKeyRecord) -> Timestamp? {
    switch record.state {
    case .next: nil
    case .active: audience == nil ? ahead.first.flatMap { activation(of: $0) } ?? expiry(of: record) : nil
    case .retired: record.retiredAt
    }
  }

  /// When the key is removed; nil while it is not retired.
  package func removal(of record: SigningKeyRecord) -> Timestamp? {
    record.state == .retired ? record.retiredAt.map { $0 + Self.retiredLife } : nil
  }

  /// When the key has been published for long enough to sign.
  package func readiness(of record: SigningKeyRecord) -> Timestamp {
    record.createdAt + policy.keyPublishAhead
  }

  private func expiry(of active: SigningKeyRecord) -> Timestamp {
    (active.activatedAt ?? active.createdAt) + policy.keyRotationInterval
  }

  // MARK: Which

  /// What signs: of several, which only a defect leaves behind, the last.
  var active: SigningKeyRecord? { records.last { $0.state == .active } }

  /// The keys that wait for their turn, the oldest first.
  var ahead: [SigningKeyRecord] { records.filter { $0.state == .next } }

  /// Whether the configuration asks for these keys.
  private var isWanted: Bool { audience.map(policy.hasOwnSecret) ?? true }

  private func isFit(_ next: SigningKeyRecord, at now: Timestamp) -> Bool {
    isWanted && next.algorithm == policy.algorithm(for: audience)
      && next.createdAt <= now + AuthorityPolicy.maximumLeeway
  }

  /// Whether the time that the key's future hangs on has not come yet. Two clocks may differ by the leeway.
  private func isInFuture(_ record: SigningKeyRecord, at now: Timestamp) -> Bool {
    let since: Timestamp?
    switch record.state {
    case .next: return false
    case .active: since = record.activatedAt
    case .retired: since = record.retiredAt
    }
    return (since ?? .distantFuture) > now + AuthorityPolicy.maximumLeeway
  }
}

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(milliseconds: .max)
}
