public import JOSE

/// What an issuer has taken back and what may still be alive, as far as this process has heard.
///
/// Immutable: hearing more makes a new view. Applying the same entries twice, or in another order, makes
/// the same view. It takes 32 bytes for each subject, and at most 100 KB besides: what is new lies apart
/// until it is worth while to sort it in.
public struct RevocationView: Sendable {
  /// How far the log has been read; nil for the view that follows no log.
  public private(set) var position: RevocationPosition?

  /// What was known when it was last sorted.
  private var table = RevocationTable.empty
  /// What has been heard since; it counts instead of what the table has of the same subject.
  private var recent: [RevocationSubject: RevocationEntry] = [:]
  /// No recent entry can be dropped before this.
  private var nextExpiry: Timestamp?
  /// How many subjects are revoked.
  public private(set) var count = 0

  /// How many entries may lie apart: each new view copies them.
  static let recentLimit = 1024

  /// The view that follows no log and revokes nothing. It costs a check nothing.
  public static let empty = RevocationView(position: nil)

  /// A view of the log with this epoch, before its first entry.
  public init(epoch: String) {
    self.init(position: RevocationPosition(epoch: epoch, sequence: 0))
  }

  private init(position: RevocationPosition?) {
    self.position = position
  }

  /// The view after `newer` was heard. Entries whose last token has expired by `now` are dropped.
  ///
  /// The view that follows no log stays empty: an entry means nothing without the epoch that it counts in.
  public func applying(_ newer: [RevocationEntry], at now: Timestamp) -> RevocationView {
    guard let position else { return self }
    var view = self
    for entry in newer {
      view.insert(entry)
    }
    let head = newer.map(\.sequence).max() ?? 0
    view.position = RevocationPosition(epoch: position.epoch, sequence: max(position.sequence, head))
    view.dropExpired(at: now)
    return view
  }

  /// Whether the token of `principal` is revoked.
  ///
  /// An entry for a session, an account, a client or the issuer kills what was minted before it: tokens whose
  /// `rv` has a lower sequence, or that have none. One for a key or a token kills regardless. A token
  /// of another epoch is dead whatever the entries say: they do not tell what was taken back in another life
  /// of the log.
  public func revokes(_ principal: Principal) -> Bool {
    if let position, let minted = principal.revocationPosition, minted.epoch != position.epoch { return true }
    guard count > 0 else { return false }
    return revokes(.key, principal.keyID, of: principal)
      || revokes(.token, principal.tokenID, of: principal)
      || revokes(.session, principal.sessionID, of: principal)
      || revokes(.account, principal.subject, of: principal)
      || revokes(.client, principal.clientID, of: principal)
      || revokes(.issuer, "", of: principal)
  }

  private func revokes(_ kind: RevocationSubject.Kind, _ id: String?, of principal: Principal) -> Bool {
    guard let id, let entry = entry(of: RevocationSubject(kind, id: id, issuer: principal.issuer)) else {
      return false
    }
    if entry.ignoresPosition { return true }
    guard let minted = principal.revocationPosition else { return true }
    return minted.sequence < entry.sequence
  }

  private func entry(of subject: RevocationSubject) -> RevocationEntry? {
    recent[subject] ?? table.entry(of: subject)
  }

  /// Two entries for one subject are the later one, for as long as either of them lasts.
  private mutating func insert(_ entry: RevocationEntry) {
    var merged = entry
    if let known = self.entry(of: entry.subject) {
      merged = RevocationEntry(
        sequence: max(known.sequence, entry.sequence), subject: entry.subject,
        ignoresPosition: known.ignoresPosition || entry.ignoresPosition,
        expiresAt: max(known.expiresAt, entry.expiresAt))
    } else {
      count += 1
    }
    recent[entry.subject] = merged
    nextExpiry = min(nextExpiry ?? merged.expiresAt, merged.expiresAt)
  }

  private mutating func dropExpired(at now: Timestamp) {
    let isTableDue = table.dropTime.map { $0 <= now } ?? false
    if isTableDue || recent.count > Self.recentLimit {
      table = table.merging(recent.values, at: now)
      (recent, nextExpiry, count) = ([:], nil, table.count)
    } else if let nextExpiry, nextExpiry <= now {
      let dropped = recent.filter { $0.value.expiresAt <= now }
      for subject in dropped.keys {
        recent[subject] = nil
        if table.entry(of: subject) == nil { count -= 1 }
      }
      self.nextExpiry = recent.values.map(\.expiresAt).min()
    }
  }
}
