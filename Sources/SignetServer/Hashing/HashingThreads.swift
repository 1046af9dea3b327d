internal import Dispatch
internal import Foundation
internal import Synchronization

/// A few threads of their own for work that would hold a cooperative thread for milliseconds, with a queue
/// that is bounded.
///
/// The threads run at a lower priority than the rest of the process, so that a burst of logins slows other
/// logins and not the requests beside them.
final class HashingThreads: Sendable {
  private let queue: Mutex<Queue>
  private let wakeUps = DispatchSemaphore(value: 0)
  private let count: Int

  /// Starts `count` threads, for which at most `limit` pieces of work wait.
  init(count: Int, limit: Int) {
    queue = Mutex(Queue(limit: limit))
    self.count = count
    for index in 0..<count {
      // A thread keeps this object until `stop()`, which its owner calls at the latest when it goes itself.
      let thread = Thread { self.work() }
      thread.name = "hashing-\(index)"
      thread.start()
    }
  }

  /// A fresh ticket, with which queued work can be taken back.
  func ticket() -> UInt64 {
    queue.withLock { $0.nextTicket() }
  }

  /// Queues `job`.
  /// - Throws: ``HashingError/overloaded`` when as many wait as may, ``HashingError/stopped`` after
  ///   `stop()`.
  func submit(_ job: HashingJob, ticket: UInt64) throws(HashingError) {
    try queue.withLock { (queue) throws(HashingError) in try queue.add(job, ticket: ticket) }
    wakeUps.signal()
  }

  /// Takes back work that has not begun.
  /// - Returns: The work, or nil when it has begun, is done, or was never queued.
  func withdraw(_ ticket: UInt64) -> HashingJob? {
    queue.withLock { $0.remove(ticket) }
  }

  /// Lets the work that has begun finish, abandons the rest, and ends the threads.
  func stop() {
    let left = queue.withLock { $0.stop() }
    for _ in 0..<count { wakeUps.signal() }
    for job in left { job.abandon(HashingError.stopped) }
  }

  /// How many pieces of work wait.
  var waiting: Int { queue.withLock { $0.jobs.count } }

  /// Whether as many wait as may.
  var isFull: Bool { queue.withLock(\.isFull) }

  private func work() {
    Self.lowerPriority()
    while true {
      wakeUps.wait()
      let (job, isStopped) = queue.withLock { ($0.takeFirst(), $0.isStopped) }
      if isStopped { return }
      job?.run()
    }
  }

  /// Lowers the calling thread's priority.
  private static func lowerPriority() {
    #if os(Linux)
      // On Linux a nice value belongs to a thread, and 0 names the calling one (setpriority(2), “Bugs”).
      // Raising one's own is always allowed.
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
    #else
      Thread.current.qualityOfService = .utility
    #endif
  }

  /// Far from the rest: where all cores are busy, a login waits for what protected requests leave over.
  static let niceness: Int32 = 15

  /// The nice value of the calling thread; 0 where a thread has none of its own.
  static var currentNiceness: Int32 {
    #if os(Linux)
      getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    #else
      0
    #endif
  }
}

/// One piece of work, and what is done instead when it is taken back or the threads stop.
struct HashingJob: Sendable {
  let run: @Sendable () -> Void
  let abandon: @Sendable (any Error) -> Void
}

/// The work that waits, first come, first served.
private struct Queue {
  let limit: Int
  var jobs: [(ticket: UInt64, job: HashingJob)] = []
  var isStopped = false
  private var lastTicket: UInt64 = 0

  init(limit: Int) {
    self.limit = limit
  }

  var isFull: Bool { jobs.count >= limit }

  mutating func nextTicket() -> UInt64 {
    lastTicket += 1
    return lastTicket
  }

  mutating func add(_ job: HashingJob, ticket: UInt64) throws(HashingError) {
    guard !isStopped else { throw .stopped }
    guard !isFull else { throw .overloaded }
    jobs.append((ticket, job))
  }

  mutating func takeFirst() -> HashingJob? {
    jobs.isEmpty ? nil : jobs.removeFirst().job
  }

  mutating func remove(_ ticket: UInt64) -> HashingJob? {
    guard let index = jobs.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    return jobs.remove(at: index).job
  }

  mutating func stop() -> [HashingJob] {
    isStopped = true
    defer { jobs = [] }
    return jobs.map(\.job)
  }
}
