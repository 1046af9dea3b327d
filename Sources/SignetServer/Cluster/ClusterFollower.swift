internal import Logging
internal import ServiceLifecycle
package import SignetAuthority
internal import Synchronization

/// Keeps this server with what other nodes do to a database that they share: takes over keys that they have
/// changed, follows the revocation log into another life, and knows when the database is lost.
///
/// Revocations need no help: the storage's observer is told of those of all nodes.
package struct ClusterFollower: Service {
  private let service: AuthorityService
  private let wakeUps: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  private let pause: @Sendable (Duration) async throws -> Void
  private let work = Work()

  private final class Work: Sendable {
    let due = Mutex<Set<Part>>([])
  }

  private enum Part {
    case keys, revocations
  }

  package init(
    service: AuthorityService,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.service = service
    self.pause = pause
    (wakeUps, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What the storage tells its news to.
  package func hear(_ news: StorageNews) {
    switch news {
    case .signingKeysChanged: begin(.keys)
    case .revocationEpochBegan:
      service.logger.notice("the revocation log has begun a new epoch")
      begin(.revocations, .keys)
    case .revocationLogWentBack(let heard):
      // What it has lost is still in force here. What else was lost nobody can tell: an operator must say so.
      service.logger.critical(
        "the database is an older state of itself; run `signet epoch begin`",
        metadata: ["revocation.heard": "\(heard)"])
      begin(.revocations, .keys)
    case .lost(let reason):
      service.metrics.database.lose()
      service.logger.error(
        "the database is lost: tokens are checked as before, and nothing is issued until it is back",
        metadata: ["reason": "\(reason)"])
    case .returned:
      service.metrics.database.regain()
      service.logger.notice("the database is back")
      begin(.revocations, .keys)
    }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in wakeUps { await catchUp() }
    }
  }

  private func begin(_ parts: Part...) {
    work.due.withLock { $0.formUnion(parts) }
    waker.yield()
  }

  /// Does what is due; what fails is done again a little later, or when the database is back.
  private func catchUp() async {
    let due = work.due.withLock { due in
      defer { due = [] }
      return due
    }
    do {
      if due.contains(.revocations) {
        try await service.revocations.reload(from: service.storage, at: service.clock())
        try await service.readLog()
      }
      if due.contains(.keys) { try await service.reloadKeys() }
    } catch {
      work.due.withLock { $0.formUnion(due) }
      service.logger.debug(
        "other nodes' changes could not be read", metadata: ["error": "\(type(of: error))"])
      do { try await pause(.seconds(1)) } catch { return }
      waker.yield()
    }
  }
}
