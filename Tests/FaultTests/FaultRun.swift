import Foundation
import SignetTesting

/// Lets the disk below a running authority fail under load, again and again, without ever restarting it.
final class FaultRun {
  /// What came of one fault.
  struct Outcome {
    /// While the disk failed.
    let counts: Tally.Counts
    /// How many operations on the files were of the kind asked for, and how many failed.
    let seen: Int
    let failed: Int
    /// How many of those belonged to a commit: a checkpoint syncs a log that has been synced, and when that
    /// fails nobody is owed anything.
    let failedCommits: Int
    /// After it worked again, and where the record and the authority disagree then.
    let countsAfter: Tally.Counts
    var disagreements: [String]
  }

  let authority: WatchedAuthority
  private var groups: [[AccountRecord]]
  private var generator: SplitMix64
  private var serial: UInt64 = 0

  init(clients: Int, seed: Seed) async throws {
    generator = seed.generator()
    authority = try WatchedAuthority()
    groups = (0..<clients).map { [AccountRecord(name: "client\($0)", password: "first password of \($0)")] }
    try authority.start()
    let client = Client(try authority.door)
    for account in groups.joined() { try await client.add(account) }
    _ = try await examine()
  }

  /// A short load with `fault`, then one without. The first is repeated until something has failed, at most
  /// `bursts` times.
  func suffer(_ fault: Fault, bursts: Int = 1) async throws -> Outcome {
    serial += 1
    try authority.control.arm(fault, serial: serial)
    let idleBefore = try authority.trace().lostIdleLogSyncs
    let during = Tally()
    for _ in 0..<bursts {
      try await load(during, operations: 2)
      if try authority.control.counts(serial: serial).failed > 0 { break }
    }
    let (seen, failed) = try authority.control.counts(serial: serial)
    try authority.control.disarm()
    let idle = try authority.trace().lostIdleLogSyncs - idleBefore
    let after = Tally()
    try await load(after, operations: 1)
    var outcome = Outcome(
      counts: during.current, seen: seen, failed: failed, failedCommits: failed - idle,
      countsAfter: after.current, disagreements: [])
    outcome.disagreements = during.current.disagreements + after.current.disagreements
    outcome.disagreements += try await examine()
    return outcome
  }

  /// When the server is killed after it has refused an operation.
  enum Crash {
    /// The disk had a single failure, and the kill follows the answer.
    case atOnce
    /// The disk fails until then: nobody can say what it holds.
    case whileTheDiskFails
    /// The disk has begun to work again, and the server has synced something of its own accord.
    case afterRecovery
  }

  /// Has the first client log out everywhere while the log's sync fails, and kills the server.
  /// - Returns: Whether the logout was refused, and what disagrees after the restart.
  func crash(_ crash: Crash, loss: Loss) async throws -> (wasRefused: Bool, disagreements: [String]) {
    let door = try authority.door
    guard let account = groups.first?.first, let session = account.live.first else { throw FixtureError() }
    let logout = Operation.logout(.everywhere, by: session.id)
    try arm(.failure(errno: EIO, isLasting: crash != .atOnce))
    let outcome = await Client(door).perform(logout, of: account)
    if crash == .afterRecovery {
      try arm(.failure(errno: EIO, isLasting: false), skip: .max >> 1)
      while try authority.control.counts(serial: serial).seen == 0 {
        try Task.checkCancellation()
        await Task.yield()
      }
    }
    door.kill()
    guard case .refused = outcome else { return (false, []) }
    if crash == .whileTheDiskFails { groups[0][0].unanswered = logout }
    return (true, try await restart(loss))
  }

  private func arm(_ effect: Fault.Effect, skip: Int = 0) throws {
    serial += 1
    try authority.control.arm(Fault(operations: .logSyncs, skip: skip, effect: effect), serial: serial)
  }

  /// Kills the server, cuts the power and starts it again.
  /// - Returns: What disagrees then.
  func restart(_ loss: Loss) async throws -> [String] {
    try authority.door.kill()
    _ = try authority.cutPower(loss, using: &generator)
    let problems = try DatabaseExamination.problems(in: try authority.copyOfDatabase())
    try authority.start()
    return problems + (try await examine())
  }

  private func load(_ tally: Tally, operations: Int) async throws {
    let load = Load(client: Client(try authority.door), tally: tally, operationsPerClient: operations)
    groups = await load.run(groups, seed: generator.next())
  }

  private func examine() async throws -> [String] {
    let (examined, problems) = try await Examination(client: Client(try authority.door)).examine(groups)
    groups = examined
    return problems
  }
}
