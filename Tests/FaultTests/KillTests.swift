import Foundation
import SignetTesting
import Testing

/// A server that is killed under load keeps what it has acknowledged, all of it, and does the rest wholly or
/// not at all. `make kill-test` runs the long form; `SIGNET_KILLS` and `SIGNET_SEED` are its settings.
@Suite(.serialized, .blocking) struct KillTests {
  @Test func `nothing acknowledged is lost and nothing is half done, however the server is killed`()
    async throws
  {
    let asked = ProcessInfo.processInfo.environment["SIGNET_KILLS"].flatMap { Int($0) }
    let seed = Seed.fromEnvironment()
    let run = try await KillRun(clients: asked == nil ? 8 : 24, seed: seed)
    if asked != nil { Self.say("seed \(seed)") }
    var report = KillReport()
    var number = 0
    // A kill can come so early that a round says little.
    while number < asked ?? 3 || report.total < 150 {
      number += 1
      let round = try await run.round(answers: asked == nil ? 40...200 : 200...1000)
      report.add(round)
      #expect(round.disagreements.isEmpty, seed.comment)
      #expect(round.longestLifeElsewhere < AttachedVerifier.bound, seed.comment)
      if asked != nil { Self.say("\(number)  \(KillReport.line(round))") }
    }
    // Or the clients had done nothing that could be lost.
    for kind in Operation.Kind.allCases {
      #expect(report.acknowledged[kind, default: 0] > 0, "\(kind.rawValue): none, \(seed)")
    }
    guard asked != nil else { return }
    Self.say(report.summary)
    for kind in Operation.Kind.allCases {
      #expect(report.rate(of: kind) >= 20, "\(kind.rawValue): too few a second; this machine was too busy")
    }
  }

  @Test func `a disk that loses what was synced loses acknowledged work, and the test sees it`() async throws
  {
    let seed = Seed.fromEnvironment()
    let run = try await KillRun(clients: 4, seed: seed, losesSyncs: true)
    // The accounts themselves were never on the disk.
    let round = try await run.round(answers: 40...80, loss: .everything)
    #expect(!round.disagreements.isEmpty, seed.comment)
  }

  @Test func `what a client asked for that hung up is done wholly or not at all`() async throws {
    let seed = Seed.fromEnvironment()
    let run = try await KillRun(clients: 8, seed: seed)
    let (count, disagreements) = try await run.hangUps()
    #expect(count > 0, seed.comment)
    #expect(disagreements.isEmpty, seed.comment)
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
