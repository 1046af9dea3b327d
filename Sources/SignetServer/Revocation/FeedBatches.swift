internal import HummingbirdTokenVerification
internal import JOSE
internal import NIOCore
internal import SignetAuthority
internal import TokenVerification

// What the feed says to one client alone: from memory, so that it is there while the database is not.

extension AuthorityService {
  /// What the log has grown by since `position`; all of it for who has nothing, or another life of the log.
  /// Where that is more than a batch holds, an empty one: the client sees the gap, and fetches the snapshot.
  func feedToken(after position: RevocationPosition?) throws -> String {
    let (place, view) = try here()
    let head = place.position.sequence
    // Who is ahead has it from another node, and is told nothing new.
    let from = position.map { $0.epoch == place.position.epoch ? min($0.sequence, head) : 0 } ?? 0
    let entries = from < head ? entries(after: from, upTo: head, of: view) : []
    let page = FeedBacklog.Page(from: entries == nil ? head : from, to: head, entries: entries ?? [])
    let batch = place.source.batch(of: page, in: place.position.epoch, readAt: place.readAt)
    return try place.source.keys.token(of: batch)
  }

  /// What the log has behind `from`, if a batch holds it. A poll is cheap to ask for, so it is never looked
  /// for among very many.
  private func entries(
    after from: Int64, upTo head: Int64, of view: RevocationView
  ) -> [RevocationEntry]? {
    let now = clock()
    var found: [RevocationEntry]?
    if from > 0, let sent = hub.sent(after: from) {
      found = sent.filter { $0.sequence <= head && $0.expiresAt > now }
    } else if view.count <= Self.shortView {
      found = view.living(after: from, upTo: head, at: now).sorted { $0.sequence < $1.sequence }
    }
    return found.flatMap { $0.count <= RevocationBatch.maximumEntries ? $0 : nil }
  }

  private static let shortView = 4_096

  /// Everything that is alive.
  func feedSnapshot() throws -> ByteBuffer {
    let (place, view) = try here()
    let head = place.position.sequence
    return try hub.snapshots.bytes(of: place, clock: clock) {
      let page = FeedBacklog.Page(from: 0, to: head, entries: view.living(after: 0, upTo: head, at: clock()))
      return try place.source.keys.snapshot(
        of: place.source.batch(of: page, in: place.position.epoch, readAt: place.readAt))
    }
  }

  /// Where the feed stands, and what is in force: at least all that the log has up to there.
  private func here() throws -> (place: RevocationHub.Place, view: RevocationView) {
    // In this order: what is told meanwhile is in the view first.
    guard let place = hub.place else { throw Problem.feedClosed }
    let view = revocations.view
    // For a moment one of them is in another life of the log.
    guard view.position?.epoch == place.position.epoch else { throw Problem.feedClosed }
    return (place, view)
  }
}

extension RevocationView {
  /// The living entries beyond `sequence`, or all of them if that is 0, for a batch that ends at `head`. Of a
  /// subject that was revoked once more beyond that, it says what is true up to there; the rest follows.
  fileprivate func living(after sequence: Int64, upTo head: Int64, at now: Timestamp) -> [RevocationEntry] {
    // What comes from another life of the log has the number 0.
    entries.filter { $0.expiresAt > now && ($0.sequence > sequence || sequence == 0) }
      .map { entry in
        RevocationEntry(
          sequence: min(entry.sequence, head), subject: entry.subject, ignoresPosition: entry.ignoresPosition,
          expiresAt: entry.expiresAt)
      }
  }
}
