internal import Dispatch
internal import GRDB
internal import SignetAuthority
internal import SignetStorage
internal import Synchronization

/// Runs reads: those that wait together share one snapshot of the database.
///
/// A read by key takes a few microseconds, and the way to a connection and back many times that; so the more
/// wait, the less each pays. The snapshot is taken after its reads were asked for: each sees every commit
/// that had been answered. Work happens on a dispatch queue of its own, never on an event loop or the
/// cooperative pool.
final class SQLiteReader: Sendable {
  private let pool: DatabasePool
  private let queue = DispatchQueue(label: "signet.sqlite.reader", qos: .userInitiated)
  private let waiting = Mutex(Waiting())

  private struct Waiting {
    var reads: [PendingRead] = []
    /// Whether a run of `drain` will look at `reads` once more.
    var isDraining = false
  }

  init(pool: DatabasePool) {
    self.pool = pool
  }

  /// Runs `body` on a snapshot, as ``AuthorityStorage/read(_:)`` promises.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      submit(PendingRead(body, continuation))
    }
  }

  private func submit(_ read: PendingRead) {
    let startsDraining = waiting.withLock { waiting in
      waiting.reads.append(read)
      defer { waiting.isDraining = true }
      return !waiting.isDraining
    }
    if startsDraining { queue.async { self.drain() } }
  }

  private func drain() {
    while let batch = nextBatch() {
      run(batch)
    }
  }

  private func nextBatch() -> [PendingRead]? {
    waiting.withLock { waiting in
      guard !waiting.reads.isEmpty else {
        waiting.isDraining = false
        return nil
      }
      let batch = Array(waiting.reads.prefix(Self.maximumBatch))
      waiting.reads.removeFirst(batch.count)
      return batch
    }
  }

  private func run(_ batch: [PendingRead]) {
    var left = batch[...]
    do {
      try StorageError.translating {
        try pool.read { database in
          while let read = left.popFirst() { read.run(database) }
        }
      }
    } catch {
      // No snapshot was to be had.
      for read in left { read.fail(error) }
    }
  }

  /// So that a snapshot does not grow old: a checkpoint waits for it.
  private static let maximumBatch = 128
}

/// A read that waits for its answer. Either `run` is called, or `fail`: once.
private struct PendingRead: Sendable {
  let run: @Sendable (Database) -> Void
  let fail: @Sendable (any Error) -> Void

  init<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer,
    _ continuation: CheckedContinuation<Answer, any Error>
  ) {
    fail = { continuation.resume(throwing: $0) }
    run = { database in
      continuation.resume(
        with: Result {
          try StorageError.translating {
            try body(SQLTransaction(SQLiteConnection(database: database)))
          }
        })
    }
  }
}
