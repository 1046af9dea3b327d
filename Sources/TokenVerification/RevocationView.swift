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
  /// Tells this view from every other that may answer differently.
  package private(set) var mark = Mark()

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
    applying(newer, upTo: newer.map(\.sequence).max() ?? 0, at: now)
  }

  /// The same, for entries with which the log is known up to `sequence`: who was told of one entry need not
  /// know of those before it.
  func applying(
    _ newer: [RevocationEntry], upTo sequence: Int64, at now: Timestamp
  ) -> RevocationView {
    guard let position else { return self }
    var view = self
    if !newer.isEmpty { view.mark = Mark() }
    for entry in newer {
      view.insert(entry)
    }
    view.position = RevocationPosition(epoch: position.epoch, sequence: max(position.sequence, sequence))
    view.dropExpired(at: now)
    return view
  }

  /// Whether anything is known of `subject`.
  func holds(_ subject: RevocationSubject) -> Bool {
    entry(of: subject) != nil
  }

  /// Whether a key of `issuer` is revoked.
  package func revokes(keyID: String, of issuer: String) -> Bool {
    holds(RevocationSubject(.key, id: keyID, issuer: issuer))
  }

  /// This view, of a log that takes the place of the one that `older` follows, with what `older` knows of
  /// keys and single tokens: that counts whatever the position, and the new log may never have heard of it.
  package func succeeding(_ older: RevocationView, at now: Timestamp) -> RevocationView {
    guard position != nil else { return self }
    var view = self
    for entry in older.entries where entry.ignoresPosition && entry.expiresAt > now {
      view.insert(
        RevocationEntry(
          sequence: 0, subject: entry.subject, ignoresPosition: true, expiresAt: entry.expiresAt))
    }
    view.mark = Mark()
    view.dropExpired(at: now)
    return view
  }

  /// All that is known; of one subject perhaps also what was known before.
  package var entries: [RevocationEntry] { table.entries + recent.values }

  /// Whether the token of `principal` is revoked.
  ///
  /// An entry for a session, an account, a client or the issuer kills what was minted before it: tokens whose
  /// `rv` has a lower sequence, or that have none. One for a key or a token kills regardless. A token
  /// of another epoch is dead whatever the entries say: they do not tell what was taken back in another life
  /// of the log.
  public func revokes(_ principal: Principal) -> Bool {
    if isOfAnotherEpoch(principal.revocationPosition) { return true }
    return count > 0 && hasEntry(for: RevocationSubjects(principal))
  }

  /// The same, for subjects that are at hand.
  func revokes(_ subjects: RevocationSubjects) -> Bool {
    isOfAnotherEpoch(subjects.position) || (count > 0 && hasEntry(for: subjects))
  }

  private func isOfAnotherEpoch(_ minted: RevocationPosition?) -> Bool {
    guard let position, let minted else { return false }
    return minted.epoch != position.epoch
  }

  private func hasEntry(for subjects: RevocationSubjects) -> Bool {
    revokes(subjects.key, mintedAt: subjects.position) || revokes(subjects.token, mintedAt: subjects.position)
      || revokes(subjects.session, mintedAt: subjects.position)
      || revokes(subjects.account, mintedAt: subjects.position)
      || revokes(subjects.client, mintedAt: subjects.position)
      || revokes(subjects.issuer, mintedAt: subjects.position)
  }

  private func revokes(_ subject: RevocationSubject?, mintedAt minted: RevocationPosition?) -> Bool {
    guard let subject, let entry = entry(of: subject) else { return false }
    if entry.ignoresPosition { return true }
    guard let minted else { return true }
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

/// What a revocation may be about that touches one token.
struct RevocationSubjects: Sendable {
  let key: RevocationSubject
  let token: RevocationSubject
  let session: RevocationSubject?
  let account: RevocationSubject
  let client: RevocationSubject?
  let issuer: RevocationSubject
  /// How much of the log had been written when the token was minted.
  let position: RevocationPosition?

  init(_ principal: Principal) {
    let issuer = principal.issuer
    key = RevocationSubject(.key, id: principal.keyID, issuer: issuer)
    token = RevocationSubject(.token, id: principal.tokenID, issuer: issuer)
    session = principal.sessionID.map { RevocationSubject(.session, id: $0, issuer: issuer) }
    account = RevocationSubject(.account, id: principal.subject, issuer: issuer)
    client = principal.clientID.map { RevocationSubject(.client, id: $0, issuer: issuer) }
    self.issuer = RevocationSubject(.issuer, id: "", issuer: issuer)
    position = principal.revocationPosition
  }
}
