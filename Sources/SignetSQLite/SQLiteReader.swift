internal import Dispatch
internal import GRDB
internal import SignetAuthority
internal import SignetStorage

/// Runs reads: those that wait together share one snapshot of the database.
///
/// A read by key takes a few microseconds, and the way to a connection and back many times that; so the more
/// wait, the less each pays. The snapshot is taken after its reads were asked for: each sees every commit
/// that had been answered. Work happens on a dispatch queue of its own, never on an event loop or the
/// cooperative pool.
final class SQLiteReader: Sendable {
  private let pool: DatabasePool
  private let queue = DispatchQueue(label: "signet.sqlite.reader", qos: .userInitiated)
  private let line = WaitingLine<PendingRead>()

  init(pool: DatabasePool) {
    self.pool = pool
  }

  /// Runs `body` on a snapshot, as ``AuthorityStorage/read(_:)`` promises.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      if line.add(PendingRead(body, continuation)) { queue.async { self.serve() } }
    }
  }

  private func serve() {
    while let batch = line.next() {
      run(batch)
    }
  }

  private func run(_ batch: [PendingRead]) {
    var left = batch[...]
    do {
      try StorageError.translating {
        try pool.read { database in
          let connection = SQLiteConnection(database)
          while let read = left.popFirst() { read.run(connection) }
        }
      }
    } catch {
      // No snapshot was to be had.
      for read in left { read.fail(error) }
    }
  }
}

/// A read that waits for its answer. Either `run` is called, or `fail`: once.
private struct PendingRead: Sendable {
  let run: @Sendable (SQLiteConnection) -> Void
  let fail: @Sendable (any Error) -> Void

  init<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer,
    _ continuation: CheckedContinuation<Answer, any Error>
  ) {
    fail = { continuation.resume(throwing: $0) }
    run = { connection in
      continuation.resume(with: Result { try body(SQLTransaction(connection)) })
    }
  }
}
