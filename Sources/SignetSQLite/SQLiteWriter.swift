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
  private let commitObserver: CommitObserver
  private let checkpoints: SQLiteCheckpoints
  private let queue = DispatchQueue(label: "signet.sqlite.writer", qos: .userInitiated)
  private let line = WaitingLine<PendingWrite>()
  private let state = Mutex(State())

  private struct State {
    /// Whether the log may hold a commit that failed; see `bury`.
    var isBurialDue = false
    var isClosed = false
  }

  init(
    pool: DatabasePool, observer: @escaping RevocationObserver, commitObserver: @escaping CommitObserver,
    checkpointObserver: @escaping CheckpointObserver
  ) {
    self.pool = pool
    self.observer = observer
    self.commitObserver = commitObserver
    checkpoints = SQLiteCheckpoints(pool: pool, observer: checkpointObserver)
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
    state.withLock { $0.isClosed = true }
    queue.sync {}
  }

  private func submit(_ write: PendingWrite) {
    guard !state.withLock(\.isClosed) else {
      return write.fail(StorageError.unavailable("the database has been closed"))
    }
    if line.add(write) { queue.async { self.serve() } }
  }

  private func serve() {
    while let batch = line.next() {
      commit(batch)
    }
  }

  private func commit(_ batch: [PendingWrite]) {
    let start = ContinuousClock.now
    let attempts: [PendingWrite.Attempt]
    do {
      attempts = try run(batch)
    } catch {
      // A full disk, say: nothing of the batch counts. That is made certain before it is told.
      bury()
      report(batch, since: start, isDurable: false, events: [])
      for write in batch { write.fail(error) }
      return
    }
    for attempt in attempts where !attempt.growth.revocations.isEmpty { observer(attempt.growth.revocations) }
    report(batch, since: start, isDurable: true, events: attempts.flatMap(\.growth.events))
    for attempt in attempts { attempt.answer() }
    checkpoints.committed(batch.count)
  }

  private func report(
    _ batch: [PendingWrite], since start: ContinuousClock.Instant, isDurable: Bool, events: [AuditEvent]
  ) {
    commitObserver(
      CommitReport(
        writes: batch.count, duration: ContinuousClock.now - start,
        waiting: line.count, isDurable: isDurable, isDiskWorking: !state.withLock(\.isBurialDue),
        events: events))
  }

  private func run(_ batch: [PendingWrite]) throws -> [PendingWrite.Attempt] {
    try StorageError.translating {
      try pool.writeWithoutTransaction { database in
        var attempts: [PendingWrite.Attempt] = []
        attempts.reserveCapacity(batch.count)
        try database.inTransaction(.immediate) {
          let connection = SQLiteConnection(database)
          for write in batch { attempts.append(try write.attempt(on: connection)) }
          return .commit
        }
        return attempts
      }
    }
  }
}

// A commit that failed, and what the disk makes of it.
//
// Its error does not say how far it came. When the log's sync fails, the log may hold the whole
// transaction all the same, and whoever opens it after a crash takes it for committed: after its clients
// were told that nothing was changed. So an empty commit takes its place, at once or as soon as the disk
// works again.
//
// The connections stay open. A sync that fails is not tried again, because the kernel may have dropped
// the pages and call them clean: a second one that succeeds proves nothing. SQLite needs no second one.
// For it the log still ends where it did, and the next commit writes all of its frames from there; and what a
// checkpoint could not sync is copied again, see `SQLiteCheckpoints`. To close and open the database would be
// the crash itself: it would bring back what was refused, with its revocations told to nobody.
extension SQLiteWriter {
  /// Writes an empty commit over one that failed.
  private func bury() {
    do {
      try pool.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          // The value that it has: SQLite writes its page all the same.
          try SQLiteStorage.markAsOurs(database)
          return .commit
        }
      }
      state.withLock { $0.isBurialDue = false }
    } catch {
      // The disk still fails. Any commit that succeeds meanwhile takes the place as well.
      let isScheduled = state.withLock { state in
        defer { state.isBurialDue = true }
        return state.isBurialDue || state.isClosed
      }
      if !isScheduled { buryLater() }
    }
  }

  private func buryLater() {
    queue.asyncAfter(deadline: .now() + .seconds(1)) {
      let isDue = self.state.withLock { state in
        defer { state.isBurialDue = false }
        return state.isBurialDue && !state.isClosed
      }
      guard isDue else { return }
      let start = ContinuousClock.now
      self.bury()
      // Nobody may be writing: whoever waits for the disk learns of it here.
      if !self.state.withLock(\.isBurialDue) { self.report([], since: start, isDurable: true, events: []) }
    }
  }
}

/// What a write added to the two logs.
private struct LogGrowth: Sendable {
  var revocations: [RevocationEntry] = []
  var events: [AuditEvent] = []
}

/// A write that waits for its answer.
private struct PendingWrite: Sendable {
  /// What a write did inside the transaction, and how its caller learns of it after the commit.
  struct Attempt: Sendable {
    let growth: LogGrowth
    let answer: @Sendable () -> Void
  }

  /// Tells the caller that the whole batch failed. Either this is called, or the attempt's `answer`: once.
  let fail: @Sendable (any Error) -> Void
  private let run: @Sendable (SQLiteConnection) throws -> Attempt

  init<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer,
    _ continuation: CheckedContinuation<Answer, any Error>
  ) {
    fail = { continuation.resume(throwing: $0) }
    run = { connection in
      do {
        let (answer, growth) = try Self.run(body, on: connection)
        return Attempt(growth: growth) { continuation.resume(returning: answer) }
      } catch {
        guard !connection.hasLostTransaction else { throw error }
        return Attempt(growth: LogGrowth()) { continuation.resume(throwing: error) }
      }
    }
  }

  /// Runs the write in a savepoint.
  /// - Throws: When the transaction is lost.
  func attempt(on connection: SQLiteConnection) throws -> Attempt {
    try run(connection)
  }

  private static func run<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, on connection: SQLiteConnection
  ) throws -> (Answer, LogGrowth) {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try runOnce(body, on: connection)
      } catch StorageError.conflict where attempts < maximumAttempts && !connection.hasLostTransaction {
        continue
      }
    }
  }

  private static func runOnce<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, on connection: SQLiteConnection
  ) throws -> (Answer, LogGrowth) {
    try connection.inSavepoint {
      let transaction = SQLTransaction(connection)
      let answer = try body(transaction)
      let revocations = try transaction.finish()
      return (answer, LogGrowth(revocations: revocations, events: transaction.events))
    }
  }

  /// How often a closure runs before its conflict reaches the caller.
  private static let maximumAttempts = 3
}
