import Foundation
import SignetTesting
import Synchronization

/// Loads a cluster, lets something fail, and compares what the clients were told with what the cluster says:
/// round after round.
final class ClusterRun {
  /// What one round found.
  struct Round {
    let fault: ClusterFault
    let counts: Tally.Counts
    /// How many ended sessions every node was asked for.
    let watched: Int
    /// Seconds after the answer at which a token that was taken back was last let in.
    let longestLife: Double
    /// The same, by a verifier that follows the feed.
    let longestLifeElsewhere: Double
    let disagreements: [String]
  }

  let cluster: Cluster
  private let verifier: AttachedVerifier
  private var groups: [[AccountRecord]]
  private var generator: SplitMix64

  /// A cluster with `clients` clients of a few accounts each, whose examination has been passed once.
  init(clients: Int, seed: Seed) async throws {
    generator = seed.generator()
    cluster = try await Cluster()
    verifier = try await AttachedVerifier(issuer: cluster.issuer)
    groups = (0..<clients).map { client in
      (0..<4).map { account in
        let name = "client\(client)-\(account)"
        return AccountRecord(name: name, password: "the first password of \(name)'s")
      }
    }
    for account in groups.joined() { try await cluster.client.add(account) }
    _ = try await examine()
  }

  /// One load, one fault after some answers, its repair, some more answers, one comparison.
  func round(_ fault: ClusterFault, answers: ClosedRange<Int>) async throws -> Round {
    let limit = Int.random(in: answers, using: &generator)
    let moment = Moment()
    let isOver = Atomic(false)
    let tally = Tally { count in
      if count >= limit { moment.come() }
    }
    let watch = RevocationWatch(ports: cluster.nodes.map(\.port))
    // No client hangs up: nobody could say when the node that he had asked is done with it.
    let load = Load(
      client: cluster.client, tally: tally, hasOtherServers: true,
      goesOn: { !isOver.load(ordering: .acquiring) },
      onEnded: { [verifier] ended in
        verifier.see(ended)
        await watch.see(ended)
      })
    let (before, seed) = (groups, generator.next())
    async let loaded = Self.run(load, before, seed: seed, then: moment)
    await moment.arrived()
    do {
      try await cluster.suffer(fault, using: &generator)
      try await moreAnswers(than: tally.current.allAcknowledged + 20, tally)
    } catch {
      isOver.store(true, ordering: .releasing)
      _ = await loaded
      throw error
    }
    isOver.store(true, ordering: .releasing)
    groups = await loaded
    var disagreements = tally.current.disagreements + (try await examine())
    disagreements += try cluster.problems()
    return Round(
      fault: fault, counts: tally.current, watched: watch.watched, longestLife: watch.longest,
      longestLifeElsewhere: await verifier.longestLife(), disagreements: disagreements)
  }

  /// At its end the moment has come in any case: all clients may have come to rest before.
  private static func run(
    _ load: Load, _ groups: [[AccountRecord]], seed: UInt64, then moment: Moment
  ) async -> [[AccountRecord]] {
    let result = await load.run(groups, seed: seed)
    moment.come()
    return result
  }

  /// The clients are served again. Those that are left: many rest, because they miss an answer.
  private func moreAnswers(than enough: Int, _ tally: Tally) async throws {
    var (last, quietSince) = (tally.current, ProcessInfo.processInfo.systemUptime)
    while tally.current.allAcknowledged < enough {
      let now = ProcessInfo.processInfo.systemUptime
      if tally.current.allAcknowledged > last.allAcknowledged { (last, quietSince) = (tally.current, now) }
      if now - quietSince > 2 { return }
      await Task.yield()
    }
  }

  private func examine() async throws -> [String] {
    let (examined, problems) = try await Examination(client: cluster.client).examine(groups)
    groups = examined
    return problems
  }
}

/// Comes once, for one who waits for it.
private final class Moment: Sendable {
  private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)

  func come() { continuation.finish() }

  func arrived() async {
    for await _ in stream {}
  }
}
