internal import TokenVerification

/// The last entries that were sent: so that none is sent again that was told twice, and for polls.
struct SentEntries {
  private var known: Set<RevocationEntry> = []
  private var order: [RevocationEntry] = []
  private var oldest = 0
  /// Behind this number everything that was sent is here.
  private var floor: Int64 = 0

  static let limit = 4_096

  /// The log goes on behind `head`; what it had before was not sent, or is not asked for any more.
  mutating func begin(at head: Int64) {
    floor = head
  }

  func contains(_ entry: RevocationEntry) -> Bool { known.contains(entry) }

  /// Whether it is a new one.
  mutating func insert(_ entry: RevocationEntry) -> Bool {
    guard known.insert(entry).inserted else { return false }
    if order.count < Self.limit {
      order.append(entry)
    } else {
      known.remove(order[oldest])
      floor = max(floor, order[oldest].sequence)
      order[oldest] = entry
      oldest = (oldest + 1) % Self.limit
    }
    return true
  }

  /// Those behind `sequence`, in the order of their numbers; nil when there were more.
  func entries(after sequence: Int64) -> [RevocationEntry]? {
    guard sequence >= floor else { return nil }
    return order.filter { $0.sequence > sequence }.sorted { $0.sequence < $1.sequence }
  }
}
