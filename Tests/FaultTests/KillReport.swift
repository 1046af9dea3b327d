import SignetTesting

/// What the rounds of a kill test come to.
struct KillReport {
  private(set) var acknowledged: [Operation.Kind: Int] = [:]
  private var kills = 0
  /// Kills that left writes without a sync: the others are kills and nothing more.
  private var torn = 0
  private var seconds = 0.0
  private var unanswered = 0
  private var disagreements = 0

  mutating func add(_ round: KillRun.Round) {
    kills += 1
    torn += round.unsynced > 0 && round.loss != .nothing ? 1 : 0
    seconds += round.seconds
    unanswered += round.counts.unanswered
    disagreements += round.disagreements.count
    acknowledged.merge(round.counts.acknowledged) { $0 + $1 }
  }

  var total: Int { acknowledged.values.reduce(0, +) }

  /// Acknowledged operations a second while there was load.
  func rate(of kind: Operation.Kind) -> Double {
    seconds > 0 ? Double(acknowledged[kind, default: 0]) / seconds : 0
  }

  static func line(_ round: KillRun.Round) -> String {
    let parts = [
      "\(round.kill)", "of \(round.unsynced) unsynced writes \(round.loss) lost",
      "\(round.counts.allAcknowledged) acknowledged in \(tenths(round.seconds)) s",
      "\(round.counts.unanswered) unanswered",
      "a verifier last let a revoked token in after \(tenths(round.longestLifeElsewhere)) s",
      "\(round.disagreements.count) disagreements",
    ]
    return parts.joined(separator: "; ") + round.disagreements.prefix(5).map { "\n    \($0)" }.joined()
  }

  var summary: String {
    let kinds = Operation.Kind.allCases.map { kind in
      "  \(kind.rawValue): \(acknowledged[kind, default: 0]) acknowledged, \(Self.tenths(rate(of: kind)))/s"
    }
    return """
      \(kills) kills in \(Self.tenths(seconds)) s of load, \(torn) of them lost unsynced writes:
      \(total) operations acknowledged, \(unanswered) unanswered, \
      \(disagreements) lost or half done
      \(kinds.joined(separator: "\n"))
      """
  }

  private static func tenths(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
