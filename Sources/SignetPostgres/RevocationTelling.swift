internal import SignetAuthority
internal import Synchronization
internal import TokenVerification

/// Tells the observer of the revocation log, in the log's order, whichever thread committed first and
/// whatever other nodes have written in between. An entry may be told twice.
///
/// The numbers of the log are drawn under a lock that lasts until the commit: whoever has committed number n
/// can read all numbers below it.
final class RevocationTelling: Sendable {
  private let observer: RevocationObserver
  private let state: Mutex<State>

  private struct State {
    /// The last entry that the observer has heard of.
    var newest: Newest
    /// Whether there may be more that this process wrote itself.
    var isBehind = false
  }

  /// The end of what was told: its number, and what it said, if anything.
  struct Newest {
    let sequence: Int64
    let entry: RevocationEntry?

    init(sequence: Int64) {
      (self.sequence, entry) = (sequence, nil)
    }

    init(_ entry: RevocationEntry) {
      (sequence, self.entry) = (entry.sequence, entry)
    }
  }

  /// `last`: the number before the first that will be told.
  init(after last: Int64, observer: @escaping RevocationObserver) {
    self.observer = observer
    state = Mutex(State(newest: Newest(sequence: last)))
  }

  /// Tells `entries`, which have just been committed, and before them what has not been told yet.
  ///
  /// `reading` reads the log beyond a number, some entries or all. When it fails, the entries are told all
  /// the same, and the rest with the next ones.
  func tell(_ entries: [RevocationEntry], reading: (Int64) throws -> [RevocationEntry]) {
    guard let first = entries.first, let newest = entries.last else { return }
    state.withLock { state in
      do {
        if first.sequence > state.newest.sequence + 1 {
          let missed = try Self.all(after: state.newest.sequence, reading)
            .filter { $0.sequence < first.sequence }
          if !missed.isEmpty { observer(missed) }
        }
        // Unless another thread has read them from the log already, and others after them.
        if newest.sequence > state.newest.sequence { state.newest = Newest(newest) }
      } catch {
        state.isBehind = true
      }
      // In any case: numbers that were told before may be others' now, if the log has lost entries.
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
      let missed = try Self.all(after: state.newest.sequence, reading)
      if let newest = missed.last {
        observer(missed)
        state.newest = Newest(newest)
      }
      state.isBehind = false
    }
  }

  /// What was told last.
  var newest: Newest { state.withLock { $0.newest } }

  /// Reads what the log has beyond what was told, and tells it. Nobody waits while it reads.
  func hear(reading: (Int64) throws -> [RevocationEntry]) throws {
    let found = try Self.all(after: newest.sequence, reading)
    state.withLock { state in
      let news = found.filter { $0.sequence > state.newest.sequence }
      guard let newest = news.last else { return }
      observer(news)
      state.newest = Newest(newest)
    }
  }

  /// Goes back to before the first entry: all of the log will be told once more, which changes nothing for
  /// whoever has heard it.
  func beginAgain() {
    state.withLock { $0.newest = Newest(sequence: 0) }
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
