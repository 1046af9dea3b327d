internal import Foundation
package import JOSE
internal import Synchronization
package import Testing

/// A small generator whose whole sequence follows from 64 bits, so that a failure can be run again.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that begins at `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// `count` bytes of the sequence.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
  }
}

/// Where a randomised test begins. A failing expectation carries it as its comment:
/// `#expect(a == b, seed.comment)`.
package struct Seed: Sendable, CustomStringConvertible {
  package let value: UInt64

  package init(_ value: UInt64) {
    self.value = value
  }

  /// The seed in the environment variable `SIGNET_SEED` if that is set, else a fresh one.
  package static func fromEnvironment() -> Seed {
    if let text = ProcessInfo.processInfo.environment["SIGNET_SEED"], let value = UInt64(text) {
      return Seed(value)
    }
    var system = SystemRandomNumberGenerator()
    return Seed(system.next())
  }

  /// How to run the same sequence again.
  package var description: String { "SIGNET_SEED=\(value)" }

  /// The same, as what an expectation says when it fails.
  package var comment: Comment { Comment(rawValue: description) }

  package func generator() -> SplitMix64 { SplitMix64(seed: value) }
}

extension SecureRandom {
  /// A source whose bytes follow from `seed`. For tests only: whoever knows the seed knows the bytes.
  package static func seeded(_ seed: Seed) -> SecureRandom {
    let source = SharedGenerator(seed.generator())
    return SecureRandom { source.bytes($0) }
  }
}

private final class SharedGenerator: Sendable {
  private let generator: Mutex<SplitMix64>

  init(_ generator: SplitMix64) {
    self.generator = Mutex(generator)
  }

  func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { $0.bytes(count) }
  }
}
