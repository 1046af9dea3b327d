import Foundation
import SignetTesting
import Testing

/// A disk that is full or fails: whoever waits for that commit gets 503, nothing is damaged or half done, and
/// the same process goes on once the disk works. With `SIGNET_FAULTS=all` at each operation, else at a few.
@Suite(.serialized, .blocking) struct FaultInjectionTests {
  private static let isWhole = ProcessInfo.processInfo.environment["SIGNET_FAULTS"] == "all"

  @Test(arguments: [ENOSPC, EIO], [false, true])
  func `each write and sync of the log that fails is a 503 for its whole batch, and no more`(
    code: Int32, isLasting: Bool
  ) async throws {
    let seed = Seed.fromEnvironment()
    let run = try await FaultRun(clients: 6, seed: seed)
    for operations in [Operations.logWrites, .logSyncs] {
      for skip in try await Self.turns(of: operations, run) {
        let fault = Fault(
          operations: operations, skip: skip, effect: .failure(errno: code, isLasting: isLasting))
        let outcome = try await run.suffer(fault)
        let comment: Comment = "\(fault), \(seed)"
        #expect(outcome.disagreements.isEmpty, comment)
        #expect(outcome.counts.unanswered == 0, comment)
        #expect((outcome.counts.refused > 0) == (outcome.failedCommits > 0), comment)
        #expect(outcome.countsAfter.refused == 0, comment)
        #expect(outcome.countsAfter.allAcknowledged == 6, comment)
      }
    }
    #expect(try await run.restart(.some).isEmpty, seed.comment)
  }

  @Test(arguments: [ENOSPC, EIO], [Operations.databaseWrites, .databaseSyncs])
  func `a checkpoint that fails costs nobody anything`(code: Int32, operations: Operations) async throws {
    let seed = Seed.fromEnvironment()
    let run = try await FaultRun(clients: 12, seed: seed)
    let skips = operations == .databaseSyncs ? [0] : Self.isWhole ? [0, 1, 2, 7, 30, 60, 90] : [0, 20]
    for skip in skips {
      let fault = Fault(operations: operations, skip: skip, effect: .failure(errno: code, isLasting: false))
      let outcome = try await run.suffer(fault, bursts: 60)
      #expect(outcome.failed == 1, "\(fault), \(seed): no checkpoint came to it")
      #expect(outcome.disagreements.isEmpty, "\(fault), \(seed)")
      #expect(outcome.counts.refused + outcome.countsAfter.refused == 0, "\(fault), \(seed)")
    }
    #expect(try await run.restart(.some).isEmpty, seed.comment)
  }

  /// The commit is in the log, whole, and only the disk's word for it is missing.
  @Test(.timeLimit(.minutes(10)), arguments: Loss.allCases, [FaultRun.Crash.atOnce, .afterRecovery])
  func `what was answered with 503 is not there after a crash either`(
    loss: Loss, crash: FaultRun.Crash
  ) async throws {
    let seed = Seed.fromEnvironment()
    let run = try await FaultRun(clients: 1, seed: seed)
    let (wasRefused, disagreements) = try await run.crash(crash, loss: loss)
    #expect(wasRefused, seed.comment)
    #expect(disagreements.isEmpty, seed.comment)
  }

  @Test(arguments: Loss.allCases)
  func `what was answered with 503 by a disk that fails until the crash is done wholly or not at all`(
    loss: Loss
  ) async throws {
    let seed = Seed.fromEnvironment()
    let run = try await FaultRun(clients: 1, seed: seed)
    let (wasRefused, disagreements) = try await run.crash(.whileTheDiskFails, loss: loss)
    #expect(wasRefused, seed.comment)
    #expect(disagreements.isEmpty, seed.comment)
  }

  @Test func `the log says what is the matter with the disk`() async throws {
    let run = try await FaultRun(clients: 2, seed: Seed(1))
    for (code, words) in [(ENOSPC, "the disk is full"), (EIO, "disk I/O error")] {
      let fault = Fault(operations: .logWrites, skip: 0, effect: .failure(errno: code, isLasting: true))
      _ = try await run.suffer(fault)
      #expect(try run.authority.log().contains { $0.contains("storage failed") && $0.contains(words) })
    }
  }

  /// Which of the operations of one load are to fail: all of them, or some.
  private static func turns(of operations: Operations, _ run: FaultRun) async throws -> [Int] {
    let never = Fault(
      operations: operations, skip: .max >> 1, effect: .failure(errno: EIO, isLasting: false))
    let count = try await run.suffer(never).seen
    try #require(count > 3)
    return isWhole ? Array(0..<count) : [0, 1, count / 3, count / 2]
  }
}
