import Synchronization

/// What all clients together were told.
final class Tally: Sendable {
  struct Counts: Sendable {
    var acknowledged: [Operation.Kind: Int] = [:]
    var refused = 0
    var unanswered = 0
    /// Where a client was told what no server should say, or the record and the database disagree.
    var disagreements: [String] = []

    var allAcknowledged: Int { acknowledged.values.reduce(0, +) }
  }

  private let counts = Mutex(Counts())
  private let onAcknowledgement: @Sendable (Int) -> Void

  /// `onAcknowledgement` is called with their number at each acknowledgement.
  init(onAcknowledgement: @escaping @Sendable (Int) -> Void = { _ in }) {
    self.onAcknowledgement = onAcknowledgement
  }

  var current: Counts { counts.withLock { $0 } }

  func count(_ outcome: Client.Outcome, of kind: Operation.Kind, _ account: String) {
    let total: Int? = counts.withLock { counts in
      switch outcome {
      case .done:
        counts.acknowledged[kind, default: 0] += 1
        return counts.allAcknowledged
      case .refused: counts.refused += 1
      case .unanswered: counts.unanswered += 1
      case .unexpected(let what): counts.disagreements.append("\(account), \(kind.rawValue): \(what)")
      }
      return nil
    }
    if let total { onAcknowledgement(total) }
  }

  func disagree(_ what: [String]) {
    counts.withLock { $0.disagreements += what }
  }
}
