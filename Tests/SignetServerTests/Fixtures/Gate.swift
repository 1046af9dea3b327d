import Dispatch
import Synchronization

@testable import SignetServer

/// Holds a hashing thread until it is opened, so that a test decides when hashing goes on.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let done = Flag()
  private let begun = Flag()

  /// Occupies one thread of `hasher`.
  func hold(_ hasher: PasswordHasher) throws {
    let job = HashingJob {
      self.begun.raise()
      self.semaphore.wait()
      self.done.raise()
    } abandon: { _ in
    }
    try hasher.threads.submit(job, ticket: hasher.threads.ticket())
    while !begun.isRaised {}
  }

  func open() {
    semaphore.signal()
  }

  /// Whether the thread that was held went on.
  var isDone: Bool { done.isRaised }

  /// Does `work`, which should be refused while `waiting` callers fill the queue. If it joins them instead,
  /// the gate opens, so that the test goes on and fails.
  func attempt<Answer: Sendable>(
    beyond waiting: Int, of hasher: PasswordHasher, _ work: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let isOver = Flag()
    let task = Task {
      defer { isOver.raise() }
      return try await work()
    }
    await until { isOver.isRaised || hasher.waitingCount > waiting }
    if !isOver.isRaised { open() }
    return try await task.value
  }

  /// Waits for `condition`.
  func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
  }
}

/// Something that happens once.
final class Flag: Sendable {
  private let state = Mutex(false)

  var isRaised: Bool { state.withLock { $0 } }

  func raise() {
    state.withLock { $0 = true }
  }
}
