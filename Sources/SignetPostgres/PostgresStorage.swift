internal import Foundation
package import SignetAuthority
internal import SignetStorage
internal import Synchronization
internal import TokenVerification

/// The storage of an authority in a PostgreSQL database, for one process or several.
///
/// A read has one snapshot. A write is one transaction at READ COMMITTED; whether what it read still holds is
/// seen by its conditional updates, and by the rows that it holds (`lockedAccount`). Nothing here blocks the
/// thread of its caller, but ``open(_:limits:observer:commitObserver:onRoundTrip:)`` and ``close()``.
package final class PostgresStorage: AuthorityStorage {
  private let threads: PostgresThreads
  private let telling: RevocationTelling
  /// One at a time.
  private let commitObserver: Mutex<CommitObserver>
  private let target: PostgresTarget
  private let limits: PostgresLimits
  /// The epoch of the revocation log when it was opened; nil without an authority.
  private let epoch: String?
  private let follower = Mutex<PostgresFollower?>(nil)

  private init(
    _ target: PostgresTarget, limits: PostgresLimits, onRoundTrip: @escaping RoundTripObserver,
    head: RevocationPosition?,
    observer: @escaping RevocationObserver, commitObserver: @escaping CommitObserver
  ) {
    self.target = target
    self.limits = limits
    epoch = head?.epoch
    threads = PostgresThreads(target, limits: limits, onRoundTrip: onRoundTrip)
    telling = RevocationTelling(after: head?.sequence ?? 0, observer: observer)
    self.commitObserver = Mutex(commitObserver)
  }

  /// Opens a database that has its schema: see ``migrate(_:limits:)``.
  ///
  /// `observer` is told of the revocations from now on: this process's before their `write` returns, those of
  /// others with the next of this process's, or at once by ``follow(through:observer:)``. `commitObserver` is
  /// told of each commit of this process.
  /// - Throws: `StorageError.unavailable` when it cannot be reached, does not keep its promises, or has a
  ///   schema that this program cannot work with: an older one, or a newer one that does more than add to it.
  package static func open(
    _ target: PostgresTarget, limits: PostgresLimits = PostgresLimits(),
    observer: @escaping RevocationObserver = { _ in }, commitObserver: @escaping CommitObserver = { _ in },
    onRoundTrip: @escaping RoundTripObserver = {}
  ) throws -> PostgresStorage {
    let connection = try PostgresConnection(target, limits: limits)
    if let objection = try connection.schemaState().objection { throw objection }
    // A log that was handed over has no head; who opens it learns why when it looks whose it is.
    let isHere = try SQLTransaction(connection).successor() == nil
    return PostgresStorage(
      target, limits: limits, onRoundTrip: onRoundTrip,
      head: isHere ? try connection.revocationHead() : nil, observer: observer,
      commitObserver: commitObserver)
  }

  deinit {
    // Without waiting: it may be one of the threads that lets go last.
    threads.stop()
    follower.withLock { $0?.stop() }
  }

  /// Begins to follow what other processes do to the database: their revocations are told within moments of
  /// their commit, and `observer` hears of what else this process must know. Called once at most.
  ///
  /// `direct` is the way to the same server past a pooler, which hands on no notices.
  /// - Throws: `StorageError.unavailable` when the process has no descriptor left. A database that cannot be
  ///   reached is news, and no error.
  package func follow(
    through direct: PostgresTarget? = nil, observer: @escaping StorageNewsObserver
  ) throws {
    let new = try PostgresFollower(
      direct ?? target, limits: limits, epoch: epoch, telling: telling, observer: observer)
    follower.withLock { $0 = new }
  }

  package func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await perform { link in
      try link.withConnection { connection in
        try self.catchUp(on: connection)
        return try connection.read(body)
      }
    }
  }

  package func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    try await perform { link in
      let start = ContinuousClock.now
      do {
        return try self.write(body, on: link, since: start)
      } catch let error as StorageError where error.isOfTheEngine {
        self.report(since: start, isDurable: false, isOutcomeUnknown: error.isOutcomeUnknown, events: [])
        throw error
      }
    }
  }

  /// Finishes what is waiting and closes the connections; what is asked later is `unavailable`.
  package func close() {
    let follower = follower.withLock { $0 }
    follower?.stop()
    threads.stop()
    threads.waitForEnd()
    follower?.waitForEnd()
  }

  private func perform<Answer: Sendable>(
    _ work: @escaping @Sendable (PostgresLink) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      threads.submit(
        PostgresWork(
          run: { link in continuation.resume(with: Result { try work(link) }) },
          fail: { continuation.resume(throwing: $0) }))
    }
  }

  private func write<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, on link: PostgresLink,
    since start: ContinuousClock.Instant
  ) throws -> Answer {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try link.withConnection { connection in
          try catchUp(on: connection)
          return try writeOnce(body, on: connection, holdsRows: attempts > 1, since: start)
        }
      } catch StorageError.conflict where attempts < Self.maximumAttempts {
        // Who comes back at once may take again what the other, which waited for it, is just about to get.
        Thread.sleep(forTimeInterval: .random(in: 0.001...0.003) * Double(attempts))
      }
    }
  }

  private func writeOnce<Answer>(
    _ body: (any AuthorityWrites) throws -> Answer, on connection: PostgresConnection, holdsRows: Bool,
    since start: ContinuousClock.Instant
  ) throws -> Answer {
    let transaction = SQLTransaction(connection, holdsRows: holdsRows)
    do {
      let (answer, revocations) = try connection.write { _ in
        let answer = try body(transaction)
        let revocations = try transaction.finish()
        return ((answer, revocations), notice: transaction.notice(of: revocations))
      }
      telling.tell(revocations, reading: connection.revocations(after:))
      report(since: start, isDurable: true, events: transaction.events)
      return answer
    } catch StorageError.outcomeUnknown(let reason) {
      telling.fellBehind()
      throw StorageError.outcomeUnknown(reason)
    }
  }

  private func catchUp(on connection: PostgresConnection) throws {
    try telling.catchUp(reading: connection.revocations(after:))
  }

  private func report(
    since start: ContinuousClock.Instant, isDurable: Bool, isOutcomeUnknown: Bool = false,
    events: [AuditEvent]
  ) {
    let report = CommitReport(
      writes: 1, duration: ContinuousClock.now - start, waiting: threads.waiting, isDurable: isDurable,
      isOutcomeUnknown: isOutcomeUnknown, events: events)
    commitObserver.withLock { observer in observer(report) }
  }

  /// How often a closure runs before its conflict reaches the caller. From the second time on it holds the
  /// rows that it reads.
  private static let maximumAttempts = 3
}

extension SQLTransaction {
  /// What other processes have to hear of it.
  fileprivate func notice(of revocations: [RevocationEntry]) -> PostgresNotice? {
    if changesSigningKeys { return .signingKeys }
    return revocations.isEmpty ? nil : .revocations
  }
}

extension StorageError {
  /// Whether the engine failed, and not what was asked of it.
  fileprivate var isOfTheEngine: Bool {
    switch self {
    case .unavailable, .outcomeUnknown: true
    case .conflict, .corrupt: false
    }
  }

  fileprivate var isOutcomeUnknown: Bool {
    if case .outcomeUnknown = self { true } else { false }
  }
}
