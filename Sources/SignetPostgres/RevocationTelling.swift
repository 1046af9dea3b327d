internal import SignetAuthority
internal import Synchronization
internal import TokenVerification

/// Tells the observer of the revocation log, in the log's order, whichever thread committed first and
/// whatever other nodes have written in between.
///
/// The numbers of the log are drawn under a lock that lasts until the commit: whoever has committed number n
/// can read all numbers below it.
final class RevocationTelling: Sendable {
  private let observer: RevocationObserver
  private let state: Mutex<State>

  private struct State {
    /// The last number that the observer has heard of.
    var last: Int64
    /// Whether there may be more that this process wrote itself.
    var isBehind = false
  }

  /// `last`: the number before the first that will be told.
  init(after last: Int64, observer: @escaping RevocationObserver) {
    self.observer = observer
    state = Mutex(State(last: last))
  }

  /// Tells `entries`, which have just been committed, and before them what has not been told yet.
  ///
  /// `reading` reads the log beyond a number, some entries or all. When it fails, the entries are told all
  /// the same, and the rest with the next ones.
  func tell(_ entries: [RevocationEntry], reading: (Int64) throws -> [RevocationEntry]) {
    guard let first = entries.first, let newest = entries.last else { return }
    state.withLock { state in
      // Another thread has read them from the log already.
      guard newest.sequence > state.last else { return }
      do {
        if first.sequence > state.last + 1 {
          let missed = try Self.all(after: state.last, reading).filter { $0.sequence < first.sequence }
          if !missed.isEmpty { observer(missed) }
        }
        state.last = newest.sequence
      } catch {
        state.isBehind = true
      }
      observer(entries)
    }
  }

  /// Notes that a commit may have happened whose entries nobody has told.
  func fellBehind() {
    state.withLock { $0.isBehind = true }
  }

  /// Tells what was left out, if anything was.
  func catchUp(reading: (Int64) throws -> [RevocationEntry]) throws {
    try state.withLock { state in
      guard state.isBehind else { return }
      let missed = try Self.all(after: state.last, reading)
      if let newest = missed.last {
        observer(missed)
        state.last = newest.sequence
      }
      state.isBehind = false
    }
  }

  /// The last number that was told.
  var last: Int64 { state.withLock { $0.last } }

  /// Reads what the log has beyond what was told, and tells it. Nobody waits while it reads.
  func hear(reading: (Int64) throws -> [RevocationEntry]) throws {
    let found = try Self.all(after: last, reading)
    state.withLock { state in
      let news = found.filter { $0.sequence > state.last }
      guard let newest = news.last else { return }
      observer(news)
      state.last = newest.sequence
    }
  }

  /// Goes back to before the first entry: all of the log will be told once more, which changes nothing for
  /// whoever has heard it.
  func beginAgain() {
    state.withLock { $0.last = 0 }
  }

  private static func all(
    after last: Int64, _ reading: (Int64) throws -> [RevocationEntry]
  ) throws -> [RevocationEntry] {
    var entries: [RevocationEntry] = []
    while true {
      let page = try reading(entries.last?.sequence ?? last)
      guard !page.isEmpty else { return entries }
      entries += page
    }
  }
}
