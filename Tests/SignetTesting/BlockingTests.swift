internal import Dispatch
package import Testing

/// Runs a test on threads of its own: for tests that wait for a process, a pipe or a semaphore.
///
/// All other tests share as many threads as the machine has cores. Two tests that hold these while they wait
/// stand in the way of every server, client and deadline of the rest.
package struct BlockingTrait: TestTrait, SuiteTrait, TestScoping {
  package var isRecursive: Bool { true }

  @concurrent package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(BlockingThreads.shared) { try await function() }
  }
}

extension Trait where Self == BlockingTrait {
  /// The test waits in a way that holds its thread.
  package static var blocking: Self { Self() }
}

/// Dispatch starts another thread when those that it has are held.
private final class BlockingThreads: TaskExecutor {
  static let shared = BlockingThreads()

  private let queue = DispatchQueue(label: "tests that block", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // SAFETY: the executor is never freed, so that the reference without a count stays good.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
