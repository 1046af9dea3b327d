import Foundation
import Synchronization

/// Something that one party waits for and another lets through, once.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let state = Mutex<State>(.closed)

  private enum State {
    case closed
    case awaited(CheckedContinuation<Void, Never>)
    case open
  }

  func open() {
    semaphore.signal()
    let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
      defer { state = .open }
      guard case .awaited(let continuation) = state else { return nil }
      return continuation
    }
    waiting?.resume()
  }

  /// Blocks the thread; for a closure of the storage.
  func wait() {
    semaphore.wait()
  }

  /// Suspends the task; for a test, once.
  func opened() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if case .open = state { return true }
        state = .awaited(continuation)
        return false
      }
      if isOpen { continuation.resume() }
    }
  }
}
