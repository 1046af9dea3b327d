import Foundation
import SignetTesting
import Testing

/// Nodes, verifiers and clients in a world where everything fails, from many seeds.
///
/// `SIGNET_SEEDS=10000` runs that many; `SIGNET_SEED=n` runs one and tells its story.
@Suite(.blocking)
struct SimulationTests {
  @Test func `nobody is let in after the end, or logged out without one, whatever fails`() async throws {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["SIGNET_SEED"].flatMap(UInt64.init) {
      #expect(try await Self.run(Seed(seed), tellingStory: true).violation == nil)
      return
    }
    let count = environment["SIGNET_SEEDS"].flatMap(UInt64.init) ?? 300
    let first = environment["SIGNET_FIRST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...(1 << 32))
    // Each run is one task that never waits: as many side by side as there are cores.
    let lanes = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
    let lettingsIn = try await withThrowingTaskGroup(of: Int.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          var lettingsIn = 0
          for index in stride(from: lane, to: count, by: Int(lanes)) {
            // A world never waits, and would keep its thread for itself.
            await Task.yield()
            try Task.checkCancellation()
            let seed = Seed(first + index)
            let outcome = try await Self.run(seed)
            try #require(
              outcome.violation == nil, "\(outcome.violation ?? ""); replay it with \(seed)")
            lettingsIn += outcome.lettingsIn
          }
          return lettingsIn
        }
      }
      return try await group.reduce(0, +)
    }
    // Who lets nobody in would never let in somebody who must not.
    #expect(lettingsIn > Int(count))
    print("\(count) seeds, from \(first) on")
  }

  /// - Returns: What was violated, and how often a token was let in.
  private static func run(
    _ seed: Seed, tellingStory: Bool = false
  ) async throws -> (violation: String?, lettingsIn: Int) {
    let world = try await World(seed: seed)
    defer { if tellingStory { print(world.story) } }
    do {
      try await world.run()
      return (nil, world.truth.lettingsIn)
    } catch let violation as Violation {
      return (violation.description, world.truth.lettingsIn)
    }
  }
}
