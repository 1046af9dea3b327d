package import JOSE
package import SignetAuthority
internal import Synchronization

/// Hashes and checks passwords with Argon2id, on a few threads of its own behind a bounded queue.
///
/// Nobody waits without limit: beyond the queue a caller is told at once that the server is overloaded.
/// A caller whose task is cancelled while it waits leaves the queue.
package final class PasswordHasher: Sendable {
  package let cost: HashingCost
  private let random: SecureRandom
  let threads: HashingThreads
  private let metrics: HashingMetrics
  private let verifications = Mutex(0)

  /// A hasher, its threads running.
  /// - Parameters:
  ///   - cost: of new hashes.
  ///   - threadCount: how many passwords are hashed at once, 1...64; each takes the memory of `cost`.
  ///   - queueLimit: how many may wait, 1...10,000.
  ///   - metrics: what waits and takes how long is recorded there.
  ///   - random: makes salts.
  /// - Throws: `PolicyError` for a number outside its range.
  package init(
    cost: HashingCost = .default, threadCount: Int = 1, queueLimit: Int = 64,
    metrics: HashingMetrics = .unseen, random: SecureRandom
  ) throws(PolicyError) {
    guard (1...64).contains(threadCount) else {
      throw PolicyError(setting: "passwords.hash.threads", problem: "must be from 1 to 64")
    }
    guard (1...10_000).contains(queueLimit) else {
      throw PolicyError(setting: "passwords.hash.queue", problem: "must be from 1 to 10,000")
    }
    self.cost = cost
    self.random = random
    self.metrics = metrics
    threads = HashingThreads(count: threadCount, limit: queueLimit)
  }

  deinit {
    threads.stop()
  }

  /// The hash of `password` under a fresh salt.
  /// - Throws: ``HashingError``, or `CancellationError`.
  package func hash(_ password: Password) async throws -> PasswordHash {
    let salt = random.bytes(Argon2.saltByteCount)
    return try await perform { [cost] () throws(HashingError) in
      try Argon2.hash(password, salt: salt, cost: cost)
    }
  }

  /// Whether `password` is the one that `hash` was made of.
  /// - Throws: ``HashingError``, or `CancellationError`.
  package func matches(_ password: Password, _ hash: PasswordHash) async throws -> Bool {
    try await perform { () throws(HashingError) in
      self.verifications.withLock { $0 += 1 }
      return try Argon2.matches(password, hash)
    }
  }

  /// The hash of a random password that nobody knows, to be checked where an account has none: so that an
  /// unknown account costs what a wrong password costs.
  package func decoy() async throws -> PasswordHash {
    guard let password = Password(Base64URL.encode(random.bytes(32))) else {
      throw HashingError.failed(code: 0)
    }
    return try await hash(password)
  }

  /// Whether `hash` was made at another cost than today's.
  package func needsRehash(_ hash: PasswordHash) -> Bool {
    hash.parameters != cost.description
  }

  /// Refuses what would be refused later, before anything is read or written for it: so that a flood of
  /// logins costs the requests beside them next to nothing.
  /// - Throws: ``HashingError/overloaded`` when as many wait as may.
  package func requireRoom() throws(HashingError) {
    guard threads.isFull else { return }
    metrics.overloads.add()
    throw .overloaded
  }

  /// Finishes the hashes that have begun and refuses all others from now on.
  package func stop() {
    threads.stop()
  }

  /// How many passwords have been checked. Counted where the work is done.
  package var verificationCount: Int { verifications.withLock { $0 } }

  /// How many callers wait for a thread.
  package var waitingCount: Int { threads.waiting }

  private func perform<Answer: Sendable>(
    _ work: @escaping @Sendable () throws(HashingError) -> Answer
  ) async throws -> Answer {
    try Task.checkCancellation()
    let ticket = threads.ticket()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let asked = ContinuousClock.now
        let job = HashingJob { [metrics] in
          let begun = ContinuousClock.now
          let result = Result { () throws(HashingError) in try work() }
          metrics.wait.record(begun - asked)
          metrics.duration.record(ContinuousClock.now - begun)
          continuation.resume(with: result.mapError { $0 })
        } abandon: { reason in
          continuation.resume(throwing: reason)
        }
        do throws(HashingError) {
          try threads.submit(job, ticket: ticket)
        } catch {
          if error == .overloaded { metrics.overloads.add() }
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      threads.withdraw(ticket)?.abandon(CancellationError())
    }
  }
}

/// Why a password was neither hashed nor checked.
package enum HashingError: Error, Hashable, Sendable {
  /// As many callers wait as may. To be answered with 503 and `Retry-After`.
  case overloaded
  /// The server is going down.
  case stopped
  /// Argon2's own code: most likely there is no memory.
  case failed(code: Int32)
}
