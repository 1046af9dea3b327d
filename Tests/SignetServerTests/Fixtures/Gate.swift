import Dispatch
import Synchronization

@testable import SignetServer

/// Holds a hashing thread until it is opened, so that a test decides when hashing goes on.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let done = Mutex(false)
  private let begun = Mutex(false)

  /// Occupies one thread of `hasher`.
  func hold(_ hasher: PasswordHasher) throws {
    let job = HashingJob {
      self.begun.withLock { $0 = true }
      self.semaphore.wait()
      self.done.withLock { $0 = true }
    } abandon: { _ in
    }
    try hasher.threads.submit(job, ticket: hasher.threads.ticket())
    while !begun.withLock({ $0 }) {}
  }

  func open() {
    semaphore.signal()
  }

  /// Whether the thread that was held went on.
  var isDone: Bool { done.withLock { $0 } }

  /// Waits for `condition`.
  func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
  }
}
