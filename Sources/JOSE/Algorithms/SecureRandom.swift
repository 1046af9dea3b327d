/// A source of unpredictable bytes, handed to pure code that makes identifiers.
///
/// The shell makes one over the system's generator; a test makes one from a seed.
package struct SecureRandom: Sendable {
  private let fill: @Sendable (_ count: Int) -> [UInt8]

  /// A source over `fill`, which returns exactly `count` fresh bytes.
  package init(_ fill: @escaping @Sendable (_ count: Int) -> [UInt8]) {
    self.fill = fill
  }

  /// `count` fresh bytes.
  package func bytes(_ count: Int) -> [UInt8] {
    let bytes = fill(count)
    precondition(bytes.count == count, "a random source returned too few bytes")
    return bytes
  }
}
