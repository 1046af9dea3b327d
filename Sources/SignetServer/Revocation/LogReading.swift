internal import HummingbirdTokenVerification
internal import SignetAuthority
internal import TokenVerification

extension AuthorityService {
  /// Reads how far the revocation log has come, and what of it this process may not have been told. Whoever
  /// follows the feed learns that nothing was missing when this began; if it throws, he does not.
  func readLog() async throws {
    guard let known = hub.place?.position else { return }
    let readAt = hub.uptime()
    let (head, entries) = try await storage.read { tx in
      let head = try tx.revocationPosition()
      guard head.epoch == known.epoch else { return (head, [RevocationEntry]()) }
      var entries: [RevocationEntry] = []
      // In one transaction: what is missing between two numbers then was never there, or is needed no more.
      while (entries.last?.sequence ?? known.sequence) < head.sequence {
        let page = try tx.revocations(after: entries.last?.sequence ?? known.sequence, limit: Self.pageSize)
        entries += page
        if page.count < Self.pageSize { break }
      }
      return (head, entries)
    }
    guard head.epoch == known.epoch else { return try await followEpoch(head, readAt: readAt) }
    // An older state of the log tells nothing of today: see ``StorageNews/revocationLogWentBack(heard:)``.
    guard head.sequence >= known.sequence else { return }
    if !entries.isEmpty { revocations.apply(entries, at: clock()) }
    hub.noteReading(entries, upTo: head.sequence, at: readAt)
  }

  /// The log has begun another life.
  private func followEpoch(_ head: RevocationPosition, readAt: Duration) async throws {
    try await revocations.reload(from: storage, at: clock())
    // If there is yet another by now, the next reading finds it.
    guard revocations.view.position?.epoch == head.epoch else { return }
    hub.begin(at: head, readAt: readAt)
  }

  private static let pageSize = 1_000
}
