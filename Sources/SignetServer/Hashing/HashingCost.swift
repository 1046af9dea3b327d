package import SignetAuthority

/// What one Argon2id hash costs (RFC 9106): memory, passes and lanes.
package struct HashingCost: Hashable, Sendable, CustomStringConvertible {
  /// Memory in KiB of 1,024 bytes.
  package let memoryKiB: UInt32
  /// How many times the memory is gone over.
  package let passes: UInt32
  /// Argon2's parallelism. Beyond one, libargon2 starts a thread for each lane of each hash.
  package let lanes: UInt32

  /// 19 MiB, two passes, one lane: about 16 ms on one core.
  package static let `default` = HashingCost(known: 19_456, passes: 2, lanes: 1)

  /// No configuration goes below 7 MiB.
  package static let memoryFloorKiB: UInt32 = 7_168

  /// A cost.
  /// - Parameters:
  ///   - memoryKiB: `memoryFloorKiB`...1,048,576, and at least 8 a lane.
  ///   - passes: 1...16.
  ///   - lanes: 1...16.
  ///   - memoryFloorKiB: the least memory that is accepted; only tests lower it.
  /// - Throws: `PolicyError` that names the setting and what it may be.
  package init(
    memoryKiB: UInt32, passes: UInt32, lanes: UInt32, memoryFloorKiB: UInt32 = Self.memoryFloorKiB
  ) throws(PolicyError) {
    guard (1...16).contains(passes) else {
      throw PolicyError(setting: "passwords.hash.passes", problem: "must be from 1 to 16")
    }
    guard (1...16).contains(lanes) else {
      throw PolicyError(setting: "passwords.hash.lanes", problem: "must be from 1 to 16")
    }
    let least = max(memoryFloorKiB, 8 * lanes)
    guard memoryKiB >= least, memoryKiB <= 1_048_576 else {
      throw PolicyError(setting: "passwords.hash.memory", problem: "must be from \(least) KiB to 1 GiB")
    }
    self.init(known: memoryKiB, passes: passes, lanes: lanes)
  }

  private init(known memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
    self.memoryKiB = memoryKiB
    self.passes = passes
    self.lanes = lanes
  }

  /// The parameters as a PHC string spells them: `m=19456,t=2,p=1`.
  package var description: String { "m=\(memoryKiB),t=\(passes),p=\(lanes)" }
}
