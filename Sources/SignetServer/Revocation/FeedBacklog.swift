internal import TokenVerification

/// What the feed has been told of the revocation log, and how far it has sent it on.
///
/// It sends the log in its order and without a hole, whatever order it was told in: a batch says that there
/// is nothing more up to its number.
struct FeedBacklog {
  /// How far the log has been sent.
  private(set) var head: Int64 = 0
  /// Up to here everything that is in the log has been told.
  private var settled: Int64 = 0
  /// In the order of their numbers.
  private var waiting: [RevocationEntry] = []
  private var sent = SentEntries()

  /// A batch that is due.
  struct Page: Equatable {
    let from: Int64
    let to: Int64
    let entries: [RevocationEntry]
  }

  /// Goes on behind `head`: what was told up to there is known to whoever follows the log.
  mutating func begin(at head: Int64) {
    self.head = head
    settled = head
    waiting.removeAll { $0.sequence <= head }
    sent.begin(at: head)
  }

  /// Takes in what the storage tells. It may tell an entry twice, or one before those that precede it.
  mutating func hear(_ entries: [RevocationEntry]) {
    waiting += entries.filter { !sent.contains($0) }
    waiting.sort { $0.sequence < $1.sequence }
  }

  /// Takes in what was read of the log beyond ``head``: with it, everything up to `sequence` has been told.
  /// What is missing then was dropped from the log, or never was there.
  mutating func hear(_ entries: [RevocationEntry], upTo sequence: Int64) {
    hear(entries)
    settled = max(settled, sequence)
  }

  /// The next batch; nil when nothing is due.
  mutating func next(limit: Int) -> Page? {
    let end = completeEnd
    let due = waiting.prefix { $0.sequence <= end }
    guard end > head || !due.isEmpty else { return nil }
    var (entries, count) = ([RevocationEntry](), 0)
    for entry in due where entries.count < limit {
      count += 1
      if sent.insert(entry) { entries.append(entry) }
    }
    let to = count < due.count ? max(head, waiting[count - 1].sequence) : end
    waiting.removeFirst(count)
    defer { head = to }
    guard to > head || !entries.isEmpty else { return nil }
    return Page(from: head, to: to, entries: entries)
  }

  /// Whether something has been told whose predecessors are missing: the log has to be read.
  var hasHole: Bool { waiting.last.map { $0.sequence > completeEnd } ?? false }

  /// What was sent of the log behind `sequence`, in order; nil when some of it is not at hand.
  func sent(after sequence: Int64) -> [RevocationEntry]? { sent.entries(after: sequence) }

  /// Up to where nothing is missing.
  private var completeEnd: Int64 {
    var end = max(head, settled)
    for entry in waiting where entry.sequence == end + 1 { end += 1 }
    return end
  }
}
