internal import Dispatch
internal import Foundation
internal import SignetAuthority
internal import Synchronization

/// Threads of their own, each with a connection, and one bounded line of work for all of them: the library
/// blocks, and neither an event loop nor the cooperative pool may.
final class PostgresThreads: Sendable {
  private let line: Mutex<Line>
  private let wakeUps = DispatchSemaphore(value: 0)
  private let running = DispatchGroup()
  private let limits: PostgresLimits

  private struct Line {
    var works: [PostgresWork] = []
    var isStopped = false
  }

  init(_ target: PostgresTarget, limits: PostgresLimits, onRoundTrip: @escaping RoundTripObserver) {
    line = Mutex(Line())
    self.limits = limits
    for index in 0..<limits.connections {
      running.enter()
      // A thread keeps this object until `stop()`, which its owner calls at the latest when it goes itself.
      let thread = Thread {
        self.serve(PostgresLink(target, limits: limits, onRoundTrip: onRoundTrip))
      }
      thread.name = "postgres-\(index)"
      thread.start()
    }
  }

  /// How much waits.
  var waiting: Int { line.withLock { $0.works.count } }

  /// Puts `work` at the end of the line, or fails it at once when the line is full or closed.
  func submit(_ work: PostgresWork) {
    let problem: String? = line.withLock { line in
      guard !line.isStopped else { return "the database has been closed" }
      guard line.works.count < limits.waiting else {
        return "\(limits.waiting) reads and writes wait for the database already"
      }
      line.works.append(work)
      return nil
    }
    if let problem { work.fail(StorageError.unavailable(problem)) } else { wakeUps.signal() }
  }

  /// Refuses what comes later; the threads finish what is waiting, close their connections and end.
  func stop() {
    line.withLock { $0.isStopped = true }
    for _ in 0..<limits.connections { wakeUps.signal() }
  }

  /// Blocks until the threads have ended. None of them may call it.
  func waitForEnd() {
    running.wait()
  }

  private func serve(_ link: PostgresLink) {
    defer { running.leave() }
    while let work = next() {
      if ContinuousClock.now - work.since > limits.longestWait {
        work.fail(StorageError.unavailable("the database has been busy for too long"))
      } else {
        work.run(link)
      }
    }
  }

  /// The work that has waited longest, once there is some; nil when there will be none any more.
  private func next() -> PostgresWork? {
    while true {
      wakeUps.wait()
      let (work, isStopped) = line.withLock { line in
        (line.works.isEmpty ? nil : line.works.removeFirst(), line.isStopped)
      }
      if let work { return work }
      if isStopped { return nil }
    }
  }
}

/// A read or a write that waits for a thread. Either `run` is called, or `fail`: once.
struct PostgresWork: Sendable {
  let run: @Sendable (PostgresLink) -> Void
  let fail: @Sendable (any Error) -> Void
  let since = ContinuousClock.now
}
