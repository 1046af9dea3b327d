import Foundation
import SignetTesting
import Testing

/// Three nodes behind HAProxy on one PostgreSQL keep what they have acknowledged, all of it, and do the rest
/// wholly or not at all, whatever fails. `make fault-test` runs the long form; `SIGNET_ROUNDS` and
/// `SIGNET_SEED` are its settings.
@Suite(.serialized, .blocking, .enabled(if: Cluster.hasParts || VectorFolder.isContinuousIntegration))
struct ClusterTests {
  @Test func `nothing acknowledged is lost, nothing is half done, and no revoked token lives on`()
    async throws
  {
    let asked = ProcessInfo.processInfo.environment["SIGNET_ROUNDS"].flatMap { Int($0) }
    let seed = Seed.fromEnvironment()
    let run = try await ClusterRun(clients: asked == nil ? 6 : 12, seed: seed)
    if asked != nil { Self.say("seed \(seed)") }
    var report = ClusterReport()
    for number in 1...(asked ?? ClusterFault.allCases.count) {
      let fault = ClusterFault.allCases[(number - 1) % ClusterFault.allCases.count]
      let round = try await run.round(fault, answers: asked == nil ? 20...60 : 100...400)
      report.add(round)
      if asked != nil { Self.say("\(number)  \(ClusterReport.line(round))") }
      #expect(round.disagreements.isEmpty, "\(fault.rawValue), \(seed)")
      #expect(round.longestLifeElsewhere < AttachedVerifier.bound, "\(fault.rawValue), \(seed)")
      // How fast a busy machine is proves nothing.
      if asked != nil, !fault.separatesNodes { #expect(round.longestLife < 1, "\(fault.rawValue), \(seed)") }
    }
    // Or the clients had done nothing that could be lost.
    for kind in Operation.Kind.allCases {
      #expect(report.acknowledged[kind, default: 0] > 0, "\(kind.rawValue): none, \(seed)")
    }
    #expect(report.watched > 0)
    if asked != nil { Self.say(report.summary) }
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

/// What the rounds come to.
struct ClusterReport {
  private(set) var acknowledged: [Operation.Kind: Int] = [:]
  private(set) var watched = 0
  private var rounds = 0
  private var refused = 0
  private var unanswered = 0
  private var disagreements = 0
  /// By whether nodes could hear of each other.
  private var longest: [Bool: Double] = [:]

  mutating func add(_ round: ClusterRun.Round) {
    rounds += 1
    watched += round.watched
    refused += round.counts.refused
    unanswered += round.counts.unanswered
    disagreements += round.disagreements.count
    longest[round.fault.separatesNodes, default: 0] =
      max(longest[round.fault.separatesNodes, default: 0], round.longestLife)
    acknowledged.merge(round.counts.acknowledged) { $0 + $1 }
  }

  static func line(_ round: ClusterRun.Round) -> String {
    let parts = [
      round.fault.rawValue, "\(round.counts.allAcknowledged) acknowledged",
      "\(round.counts.refused) refused", "\(round.counts.unanswered) unanswered",
      "a revoked token was last let in after \(milliseconds(round.longestLife)) ms by a node, after "
        + "\(milliseconds(round.longestLifeElsewhere)) ms by a verifier",
      "\(round.disagreements.count) disagreements",
    ]
    return parts.joined(separator: "; ") + round.disagreements.prefix(5).map { "\n    \($0)" }.joined()
  }

  var summary: String {
    let kinds = Operation.Kind.allCases.map {
      "  \($0.rawValue): \(acknowledged[$0, default: 0]) acknowledged"
    }
    let all = acknowledged.values.reduce(0, +)
    return """
      \(rounds) rounds: \(all) operations acknowledged, \(refused) refused, \(unanswered) unanswered, \
      \(disagreements) lost or half done
      \(watched) ended sessions were asked for at every node; a node last let one in \
      \(Self.milliseconds(longest[false, default: 0])) ms after the answer, and \
      \(Self.milliseconds(longest[true, default: 0])) ms where the nodes had been cut off from each other
      \(kinds.joined(separator: "\n"))
      """
  }

  private static func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }
}
