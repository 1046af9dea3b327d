internal import Synchronization

/// Wakes tasks that wait for something to have happened again.
///
/// It counts. Whoever wants to wait notes the count while what it has seen is still true, and waits for a
/// higher one, so a signal between the two is not lost.
final class Signal: Sendable {
  private struct State {
    var count = 0
    var nextID = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// How often it has been raised.
  var count: Int {
    state.withLock { $0.count }
  }

  /// Wakes everyone who waits.
  func raise() {
    let waiters = state.withLock { state in
      state.count += 1
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values {
      waiter.resume()
    }
  }

  /// Returns when the count is above `count`, when `limit` has passed, or when the task is cancelled.
  func wait(past count: Int, atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait(past: count) }
      group.addTask {
        // A cancelled sleep has done what it is for.
        do { try await Task.sleep(for: limit) } catch {}
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func wait(past count: Int) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          // A cancellation before this line finds no waiter to wake; it is seen here instead.
          if state.count > count || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }
}
