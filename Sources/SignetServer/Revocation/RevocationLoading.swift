package import HummingbirdTokenVerification
package import JOSE
package import SignetAuthority
internal import TokenVerification

extension RevocationState {
  /// What a storage calls with each commit's revocations, so that this process knows of them before the
  /// commit's `write` returns: a revocation is in force here at once, and then `hub` sends it to others.
  package func observer(
    telling hub: RevocationHub, clock: @escaping @Sendable () -> Timestamp
  ) -> RevocationObserver {
    { entries in
      self.apply(entries, at: clock())
      hub.hear(entries)
    }
  }

  /// Begins to follow the log that `storage` holds, and reads what it holds already.
  ///
  /// The view begins before the log is read: what commits meanwhile arrives twice or in another order, and
  /// that makes the same view.
  /// - Returns: How far the log had come by then: everything up to there is in the view.
  func load(from storage: any AuthorityStorage, at now: Timestamp) async throws -> RevocationPosition {
    let head = try await storage.read { tx in try tx.revocationPosition() }
    begin(RevocationView(epoch: head.epoch), at: now)
    try await catchUp(after: 0, from: storage, at: now)
    return head
  }

  /// Follows the log as it is stored now, whichever life of it that is: when it is another one, its view
  /// takes the place of the old one at once, whole.
  func reload(from storage: any AuthorityStorage, at now: Timestamp) async throws {
    let head = try await storage.read { tx in try tx.revocationPosition() }
    if head.epoch == view.position?.epoch {
      return try await catchUp(after: 0, from: storage, at: now)
    }
    var fresh = RevocationView(epoch: head.epoch)
    let last = try await Self.readPages(after: 0, from: storage) { fresh = fresh.applying($0, at: now) }
    begin(fresh, at: now)
    // What was told to the old view meanwhile.
    try await catchUp(after: last, from: storage, at: now)
  }

  private func catchUp(
    after sequence: Int64, from storage: any AuthorityStorage, at now: Timestamp
  ) async throws {
    _ = try await Self.readPages(after: sequence, from: storage) { apply($0, at: now) }
  }

  /// Hands the log beyond `sequence` to `take`, page by page, each read by itself.
  /// - Returns: The last number; `sequence` when there is none beyond it.
  private static func readPages(
    after sequence: Int64, from storage: any AuthorityStorage, _ take: ([RevocationEntry]) -> Void
  ) async throws -> Int64 {
    var last = sequence
    while true {
      let page = try await storage.read { [last] tx in try tx.revocations(after: last, limit: pageSize) }
      take(page)
      last = page.last?.sequence ?? last
      if page.count < pageSize { return last }
    }
  }

  private static let pageSize = 1_000
}
