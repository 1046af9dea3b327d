import Foundation
import SignetTesting
import Synchronization

/// Loads an authority, kills it, cuts the power below it, starts it again and compares: round after round.
final class KillRun {
  /// What one round found.
  struct Round {
    let kill: String
    let unsynced: Int
    let loss: Loss
    let counts: Tally.Counts
    /// How long the load lasted; for the report alone.
    let seconds: Double
    /// Seconds after the answer at which a token that was taken back was last let in by a verifier that
    /// follows the feed.
    let longestLifeElsewhere: Double
    let disagreements: [String]
  }

  private let authority: WatchedAuthority
  private let verifier: AttachedVerifier
  private var groups: [[AccountRecord]]
  private var generator: SplitMix64
  private var serial: UInt64 = 0

  /// An authority with `clients` clients of two accounts each, whose examination has been passed once.
  init(clients: Int, seed: Seed, losesSyncs: Bool = false) async throws {
    generator = seed.generator()
    authority = try WatchedAuthority(losesSyncs: losesSyncs)
    groups = (0..<clients).map { client in
      (0..<2).map { account in
        let name = "client\(client)-\(account)"
        return AccountRecord(name: name, password: "the first password of \(name)'s")
      }
    }
    try authority.start()
    verifier = try await AttachedVerifier(issuer: authority.issuer)
    let client = Client(try authority.door)
    for account in groups.joined() { try await client.add(account) }
    _ = try await examine()
  }

  /// One load, one kill, one restart, one comparison. `answers`: about how many are given before the kill.
  func round(answers: ClosedRange<Int>, loss chosen: Loss? = nil) async throws -> Round {
    let limit = Int.random(in: answers, using: &generator)
    let door = try authority.door
    let tally = Tally { count in
      if count >= limit { door.kill() }
    }
    let fault = try armKill(answers: limit)
    let started = ProcessInfo.processInfo.systemUptime
    let load = Load(
      client: Client(door), tally: tally, abandonedPercent: 3,
      onEnded: { [verifier] ended in verifier.see(ended) })
    groups = await load.run(groups, seed: generator.next())
    let seconds = ProcessInfo.processInfo.systemUptime - started
    // All clients may have come to rest by themselves.
    door.kill()
    let wasInside = try fault.map { try authority.control.counts(serial: serial).seen > $0.skip } ?? false
    let loss = chosen ?? Loss.allCases.randomElement(using: &generator) ?? .some
    let unsynced = try authority.cutPower(loss, using: &generator)
    var problems = try DatabaseExamination.problems(in: try authority.copyOfDatabase())
    try authority.start()
    problems += try await examine()
    return Round(
      kill: wasInside ? fault?.description ?? "" : "a kill after \(limit) answers", unsynced: unsynced,
      loss: loss, counts: tally.current,
      seconds: seconds, longestLifeElsewhere: await verifier.longestLife(),
      disagreements: tally.current.disagreements + problems)
  }

  /// A load in which most clients hang up before they have the answer; then the server is asked to stop, and
  /// finishes what has begun; it is started again.
  /// - Returns: How many hung up, and what disagrees.
  func hangUps() async throws -> (count: Int, disagreements: [String]) {
    let tally = Tally()
    let load = Load(
      client: Client(try authority.door), tally: tally, operationsPerClient: 6, abandonedPercent: 60)
    groups = await load.run(groups, seed: generator.next())
    guard authority.stop() == 0 else { throw FixtureError() }
    var problems = try DatabaseExamination.problems(in: try authority.copyOfDatabase())
    try authority.start()
    problems += try await examine()
    return (tally.current.unanswered, tally.current.disagreements + problems)
  }

  /// Some kills come from outside, at some answer; most at an operation on the files, so that they hit the
  /// middle of a commit or of a checkpoint.
  private func armKill(answers: Int) throws -> Fault? {
    guard Int.random(in: 0..<3, using: &generator) > 0 else { return nil }
    let isSync = Bool.random(using: &generator)
    let moment = Fault.Moment.allCases.randomElement(using: &generator) ?? .before
    let fault = Fault(
      operations: isSync ? [.logSyncs, .databaseSyncs] : .all,
      skip: Int.random(in: 0..<answers * (isSync ? 1 : 8), using: &generator),
      effect: .kill(moment))
    serial += 1
    try authority.control.arm(fault, serial: serial)
    return fault
  }

  private func examine() async throws -> [String] {
    let (examined, problems) = try await Examination(client: Client(try authority.door)).examine(groups)
    groups = examined
    return problems
  }
}
