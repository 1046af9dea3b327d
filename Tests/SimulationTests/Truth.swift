import JOSE
import SignetAuthority
import SignetTesting
import Synchronization
import TokenVerification

/// What has really happened, known to nobody in the world, and what must therefore be so.
final class Truth {
  /// A family of refresh tokens, as whoever sees everything would count it.
  struct Family {
    let session: SessionID
    var generation: Int64 = 1
    /// The one token that is good.
    var current: String
    var rotatedAt: Timestamp
    var retryKey: String?
    /// Somebody else has used it, too.
    var isContested = false
  }

  private struct Token {
    let session: SessionID
    let principal: Principal
    /// What an entry may be about that kills it.
    let subjects: Set<RevocationSubject>

    init(_ principal: Principal, of session: SessionID) {
      self.session = session
      self.principal = principal
      let names: [(RevocationSubject.Kind, String?)] = [
        (.session, principal.sessionID), (.key, principal.keyID), (.issuer, ""),
        (.account, principal.subject),
        (.client, principal.clientID), (.token, principal.tokenID),
      ]
      subjects = Set(
        names.compactMap { kind, id in id.map { RevocationSubject(kind, id: $0, issuer: principal.issuer) } })
    }
  }

  private struct Entry {
    let epoch: String
    let entry: RevocationEntry
  }

  /// What a storage tells while it commits.
  private final class Heard: Sendable {
    let entries = Mutex<[RevocationEntry]>([])
  }

  private let heard = Heard()
  private var entries: [Entry] = []
  private(set) var epoch = ""
  private(set) var families: [GrantID: Family] = [:]
  private var owners: [SessionID: AccountID] = [:]
  /// Sessions that somebody has ordered to end, or that a replay was to end.
  private var condemned: Set<SessionID> = []
  private var ended: Set<SessionID> = []
  private var tokens: [Token] = []
  private var revokedKeys: [String: Duration] = [:]
  private var formerEpochs: [String: Duration] = [:]
  /// Ends that a client knows of, and since when.
  private var acknowledged: [SessionID: Duration] = [:]
  /// How often a token was let in.
  private(set) var lettingsIn = 0

  /// For the storage.
  var observer: RevocationObserver {
    { [heard] new in heard.entries.withLock { $0 += new } }
  }

  // MARK: What happens

  /// A write was committed in this life of the log.
  func committed(in epoch: String) {
    self.epoch = epoch
    entries += heard.entries.withLock { entries in
      defer { entries = [] }
      return entries.map { Entry(epoch: epoch, entry: $0) }
    }
  }

  func opened(_ opened: IssuedTokens) {
    owners[opened.session.id] = opened.account.id
    families[opened.grant.id] = Family(
      session: opened.session.id, current: opened.refreshToken, rotatedAt: opened.grant.rotatedAt)
  }

  func minted(_ principal: Principal, of session: SessionID) {
    tokens.append(Token(principal, of: session))
  }

  func change(_ grant: GrantID, _ change: (inout Family) -> Void) {
    if var family = families[grant] {
      change(&family)
      families[grant] = family
    }
  }

  /// An operator knows that a key is revoked: then the log says so of all that it has signed.
  func acknowledge(key: String, at time: Duration) throws {
    revokedKeys[key] = time
    for token in tokens where token.principal.keyID == key && !isCovered(token) {
      throw Violation("the key \(key) is revoked, and the log does not say so")
    }
  }

  /// A restore is done: nothing that was minted before it is good.
  func acknowledgeRestore(at time: Duration) { formerEpochs[epoch] = time }

  func condemn(_ sessions: some Sequence<SessionID>) { condemned.formUnion(sessions) }

  /// A client was told at `time` that these sessions have ended.
  func acknowledge(_ sessions: [SessionID], at time: Duration) {
    for session in sessions where acknowledged[session] == nil { acknowledged[session] = time }
  }

  var knownSessions: [SessionID] { Array(owners.keys) }

  func isCondemned(_ session: SessionID) -> Bool { condemned.contains(session) }

  // MARK: What must be so

  /// What is stored, after any write: sessions end when somebody ordered it and not otherwise; who is ended
  /// stays so; and whatever it has minted is in the log, for as long as it lives.
  func examine(_ stored: [SessionID: Session?]) throws {
    for (id, session) in stored {
      let isEnded = session.map { $0.ending != nil } ?? true
      if isEnded, !condemned.contains(id) {
        throw Violation("session \(id) has ended, and nobody ordered it")
      }
      if !isEnded, condemned.contains(id) { throw Violation("session \(id) lives on after its end") }
      guard isEnded, ended.insert(id).inserted else { continue }
      for token in tokens where token.session == id && !isCovered(token) {
        throw Violation("session \(id) has ended, and the log does not revoke its token")
      }
    }
  }

  /// No verifier that has heard of a revocation lets in what it revokes; none refuses what nobody revoked.
  func check(_ verifier: Verifier) throws {
    guard let position = verifier.view.position else { return }
    for token in tokens where token.principal.expiresAt > verifier.now {
      let isOfAnotherEpoch = token.principal.revocationPosition?.epoch != position.epoch
      let killers = entries.filter { kills($0.entry, token) }
      let isRefused = verifier.view.revokes(token.principal)
      let mustBe =
        isOfAnotherEpoch
        || killers.contains { $0.epoch == position.epoch && $0.entry.sequence <= position.sequence }
      // It may have heard of more than it knows the log up to; and what was said of a key stays.
      let mayBe =
        isOfAnotherEpoch || killers.contains { $0.epoch == position.epoch || $0.entry.ignoresPosition }
      if mustBe, !isRefused {
        throw Violation(
          "verifier \(verifier.number), at \(position), lets in a token of session \(token.session)")
      }
      if isRefused, !mayBe {
        throw Violation(
          "verifier \(verifier.number), at \(position), refuses a good token of session \(token.session)")
      }
    }
  }

  /// A token was let in: for no longer than a verifier may be behind may anybody have known that its session,
  /// its key or its life of the log was at an end.
  func letIn(_ principal: Principal, by verifier: Verifier, at time: Duration) throws {
    lettingsIn += 1
    let session = tokens.first { $0.principal.tokenID == principal.tokenID }?.session
    let ends = [
      session.flatMap { acknowledged[$0] }, revokedKeys[principal.keyID],
      principal.revocationPosition.flatMap { formerEpochs[$0.epoch] },
    ]
    guard let since = ends.compactMap(\.self).min(), time > since + verifier.bound else { return }
    throw Violation("verifier \(verifier.number) lets in a token \(time - since) after its end")
  }

  private func isCovered(_ token: Token) -> Bool {
    if token.principal.revocationPosition?.epoch != epoch { return true }
    return entries.contains { entry in
      entry.epoch == epoch && kills(entry.entry, token)
        && entry.entry.expiresAt >= token.principal.expiresAt + AuthorityPolicy.maximumLeeway
    }
  }

  private func kills(_ entry: RevocationEntry, _ token: Token) -> Bool {
    guard token.subjects.contains(entry.subject) else { return false }
    guard let minted = token.principal.revocationPosition else { return true }
    return entry.ignoresPosition || minted.sequence < entry.sequence
  }
}
