internal import JOSE

/// Many revocations in little memory: 32 bytes each. Immutable, sorted by subject.
///
/// Subjects are digests, so they lie evenly between the least and the greatest: where one must be, if it is
/// there, can be calculated.
struct RevocationTable: Sendable {
  private let subjects: [RevocationSubject]
  /// The sequence, and in the lowest bit whether it ignores positions.
  private let orders: [Int64]
  private let expiries: [Timestamp]
  /// When enough entries have expired for it to be worth while to drop them.
  let dropTime: Timestamp?

  static let empty = RevocationTable(sorted: [])

  var count: Int { subjects.count }

  /// Entries in ascending order of their subjects, each subject once.
  private init(sorted entries: [RevocationEntry]) {
    subjects = entries.map(\.subject)
    orders = entries.map { $0.sequence << 1 | ($0.ignoresPosition ? 1 : 0) }
    expiries = entries.map(\.expiresAt)
    dropTime = Self.dropTime(expiries)
  }

  /// All of them.
  var entries: [RevocationEntry] { subjects.indices.map { self[$0] } }

  /// What is known of a subject.
  func entry(of subject: RevocationSubject) -> RevocationEntry? {
    index(of: subject).map { self[$0] }
  }

  /// This table with `newer` in it, which takes the place of what it has of the same subjects, and without
  /// what has expired by `now`.
  func merging(_ newer: some Collection<RevocationEntry>, at now: Timestamp) -> RevocationTable {
    let additions = newer.sorted { $0.subject < $1.subject }
    var merged: [RevocationEntry] = []
    merged.reserveCapacity(count + additions.count)
    var next = 0
    for addition in additions {
      while next < count, subjects[next] < addition.subject {
        if expiries[next] > now { merged.append(self[next]) }
        next += 1
      }
      if next < count, subjects[next] == addition.subject { next += 1 }
      if addition.expiresAt > now { merged.append(addition) }
    }
    for index in next..<count where expiries[index] > now { merged.append(self[index]) }
    return RevocationTable(sorted: merged)
  }

  private subscript(index: Int) -> RevocationEntry {
    RevocationEntry(
      sequence: orders[index] >> 1, subject: subjects[index], ignoresPosition: orders[index] & 1 == 1,
      expiresAt: expiries[index])
  }

  /// After a few calculated guesses halves what is left: whatever the subjects are, it ends soon.
  private func index(of subject: RevocationSubject) -> Int? {
    var (low, high, guesses) = (0, count, 0)
    while low < high {
      guesses += 1
      let place = guesses > 8 ? low + (high - low) / 2 : guess(subject, from: low, to: high)
      guard let place else { return nil }
      if subjects[place] == subject { return place }
      if subjects[place] < subject { low = place + 1 } else { high = place }
    }
    return nil
  }

  /// Where `subject` lies between two places, if subjects lie evenly; nil when it lies beyond them.
  private func guess(_ subject: RevocationSubject, from low: Int, to high: Int) -> Int? {
    let (least, greatest) = (subjects[low].high, subjects[high - 1].high)
    guard (least...greatest).contains(subject.high) else { return nil }
    let part = Double(subject.high - least) / Double(max(greatest - least, 1))
    return low + min(Int(part * Double(high - 1 - low)), high - 1 - low)
  }

  /// When about an eighth has expired, if entries expire evenly: to drop costs a walk over all of them.
  private static func dropTime(_ expiries: [Timestamp]) -> Timestamp? {
    guard let first = expiries.min(), let last = expiries.max() else { return nil }
    return first + (last - first) / 8
  }
}
