public import TokenVerification

/// Where the keys to check tokens with come from.
public protocol KeySource: Sendable {
  /// The keys as known now. Read on every request, so it must not block.
  var snapshot: KeySnapshot { get }

  /// The keys after an attempt to learn of `keyID`, which the last snapshot did not have.
  ///
  /// Whoever calls this is an unauthenticated request, and `keyID` is what it likes: an implementation
  /// fetches one at a time, rarely, and otherwise answers at once with what it has.
  func snapshot(afterMissing keyID: String) async -> KeySnapshot
}

/// Keys that do not change while the process runs.
public struct FixedKeys: KeySource {
  public let snapshot: KeySnapshot

  /// A source of exactly these keys.
  public init(_ snapshot: KeySnapshot) {
    self.snapshot = snapshot
  }

  public func snapshot(afterMissing keyID: String) async -> KeySnapshot {
    snapshot
  }
}
