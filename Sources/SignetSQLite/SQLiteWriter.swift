internal import Dispatch
internal import GRDB
internal import SignetAuthority
internal import SignetStorage
internal import Synchronization
internal import TokenVerification

/// The one writer of a database: it takes the writes that are waiting, runs each in a savepoint of one
/// transaction, and answers all of them after one durable commit.
///
/// A commit costs a flush of the disk, and so the more wait, the less each pays. Work happens on a dispatch
/// queue of its own, never on an event loop or the cooperative pool. A write is not abandoned when its
/// task is cancelled: what has been committed must be told.
final class SQLiteWriter: Sendable {
  private let pool: DatabasePool
  private let observer: RevocationObserver
  private let queue = DispatchQueue(label: "signet.sqlite.writer", qos: .userInitiated)
  private let waiting = Mutex(Waiting())

  private struct Waiting {
    var writes: [PendingWrite] = []
    /// Whether a run of `drain` will look at `writes` once more.
    var isDraining = false
    var isClosed = false
  }

  init(pool: DatabasePool, observer: @escaping RevocationObserver) {
    self.pool = pool
    self.observer = observer
  }

  /// Runs `body` in a transaction, as ``AuthorityStorage/write(_:)`` promises.
  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      submit(PendingWrite(body, continuation))
    }
  }

  /// Answers what is waiting, and refuses what comes later. Blocks until then.
  func close() {
    waiting.withLock { $0.isClosed = true }
    queue.sync {}
  }

  private func submit(_ write: PendingWrite) {
    let (isRefused, startsDraining) = waiting.withLock { waiting in
      guard !waiting.isClosed else { return (true, false) }
      waiting.writes.append(write)
      defer { waiting.isDraining = true }
      return (false, !waiting.isDraining)
    }
    if isRefused { write.fail(StorageError.unavailable("the database has been closed")) }
    if startsDraining { queue.async { self.drain() } }
  }

  private func drain() {
    while let batch = nextBatch() {
      commit(batch)
    }
  }

  private func nextBatch() -> [PendingWrite]? {
    waiting.withLock { waiting in
      guard !waiting.writes.isEmpty else {
        waiting.isDraining = false
        return nil
      }
      let batch = Array(waiting.writes.prefix(Self.maximumBatch))
      waiting.writes.removeFirst(batch.count)
      return batch
    }
  }

  private func commit(_ batch: [PendingWrite]) {
    let attempts: [PendingWrite.Attempt]
    do {
      attempts = try run(batch)
    } catch {
      // A full disk, say: nothing of the batch was written.
      for write in batch { write.fail(error) }
      return
    }
    for attempt in attempts where !attempt.revocations.isEmpty { observer(attempt.revocations) }
    for attempt in attempts { attempt.answer() }
  }

  private func run(_ batch: [PendingWrite]) throws -> [PendingWrite.Attempt] {
    try StorageError.translating {
      try pool.writeWithoutTransaction { database in
        var attempts: [PendingWrite.Attempt] = []
        try database.inTransaction(.immediate) {
          for write in batch { attempts.append(try write.attempt(in: database)) }
          return .commit
        }
        return attempts
      }
    }
  }

  /// So that the first of many does not wait for all of them.
  private static let maximumBatch = 128
}

/// A write that waits for its answer.
private struct PendingWrite: Sendable {
  /// What a write did inside the transaction, and how its caller learns of it after the commit.
  struct Attempt: Sendable {
    let revocations: [RevocationEntry]
    let answer: @Sendable () -> Void
  }

  /// Tells the caller that the whole batch failed. Either this is called, or the attempt's `answer`: once.
  let fail: @Sendable (any Error) -> Void
  private let run: @Sendable (Database) throws -> Attempt

  init<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer,
    _ continuation: CheckedContinuation<Answer, any Error>
  ) {
    fail = { continuation.resume(throwing: $0) }
    run = { database in
      do {
        let (answer, revocations) = try Self.run(body, in: database)
        return Attempt(revocations: revocations) { continuation.resume(returning: answer) }
      } catch {
        // After some errors SQLite has rolled back the transaction, and with it the other writes.
        guard database.isInsideTransaction else { throw error }
        return Attempt(revocations: []) { continuation.resume(throwing: error) }
      }
    }
  }

  /// Runs the write in a savepoint.
  /// - Throws: When the transaction is lost.
  func attempt(in database: Database) throws -> Attempt {
    try run(database)
  }

  private static func run<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, in database: Database
  ) throws -> (Answer, [RevocationEntry]) {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try runOnce(body, in: database)
      } catch StorageError.conflict where attempts < maximumAttempts && database.isInsideTransaction {
        continue
      }
    }
  }

  private static func runOnce<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, in database: Database
  ) throws -> (Answer, [RevocationEntry]) {
    var done: (Answer, [RevocationEntry])?
    try StorageError.translating {
      try database.inSavepoint {
        let transaction = SQLTransaction(SQLiteConnection(database: database))
        let answer = try body(transaction)
        done = (answer, try transaction.finish())
        return .commit
      }
    }
    guard let done else { throw StorageError.unavailable("SQLite did not run the transaction") }
    return done
  }

  /// How often a closure runs before its conflict reaches the caller.
  private static let maximumAttempts = 3
}
