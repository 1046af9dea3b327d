internal import Synchronization

/// Work that waits for the one queue that does it, as much at a time as is there.
final class WaitingLine<Work: Sendable>: Sendable {
  private let state = Mutex(State())

  private struct State {
    var works: [Work] = []
    /// Whether somebody will call `next` once more.
    var isServed = false
  }

  /// How much waits.
  var count: Int { state.withLock { $0.works.count } }

  /// Puts `work` at the end.
  /// - Returns: Whether nobody serves the line: then the caller has to see that it is served.
  func add(_ work: Work) -> Bool {
    state.withLock { state in
      state.works.append(work)
      defer { state.isServed = true }
      return !state.isServed
    }
  }

  /// Takes what has waited longest; nil when nothing waits, and with that the line is no longer served.
  func next() -> [Work]? {
    state.withLock { state in
      guard !state.works.isEmpty else {
        state.isServed = false
        return nil
      }
      let batch = Array(state.works.prefix(Self.maximumBatch))
      state.works.removeFirst(batch.count)
      return batch
    }
  }

  /// So that the first of many does not wait for all of them, and no transaction grows old.
  private static var maximumBatch: Int { 128 }
}
