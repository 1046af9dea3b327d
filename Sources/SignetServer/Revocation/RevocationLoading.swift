package import HummingbirdTokenVerification
package import JOSE
package import SignetAuthority
internal import TokenVerification

extension RevocationState {
  /// What a storage calls with each commit's revocations, so that this process knows of them before the
  /// commit's `write` returns: a revocation is in force here at once.
  package func observer(clock: @escaping @Sendable () -> Timestamp) -> RevocationObserver {
    { entries in self.apply(entries, at: clock()) }
  }

  /// Begins to follow the log that `storage` holds, and reads what it holds already.
  ///
  /// The view begins before the log is read: what commits meanwhile arrives twice or in another order, and
  /// that makes the same view.
  func load(from storage: any AuthorityStorage, at now: Timestamp) async throws {
    let head = try await storage.read { tx in try tx.revocationPosition() }
    begin(RevocationView(epoch: head.epoch))
    var last: Int64 = 0
    while true {
      let page = try await storage.read { [last] tx in try tx.revocations(after: last, limit: Self.pageSize) }
      apply(page, at: now)
      guard page.count == Self.pageSize, let newest = page.last else { return }
      last = newest.sequence
    }
  }

  private static let pageSize = 1_000
}
