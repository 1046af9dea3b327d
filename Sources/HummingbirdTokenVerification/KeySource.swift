public import TokenVerification

/// Where the keys to check tokens with come from.
public protocol KeySource: Sendable {
  /// The keys as known now. Read for every request whose token is not remembered, so
  /// it must not block.
  var snapshot: KeySnapshot { get }

  /// The keys after an attempt to learn of `keyID`, which the last snapshot did not have.
  ///
  /// Whoever calls this is an unauthenticated request, and `keyID` is what it likes: an implementation
  /// fetches one at a time, rarely, and otherwise answers at once with what it has.
  func snapshot(afterMissing keyID: String) async -> KeySnapshot
}

/// A source that tells without a lock whether its keys have changed.
package protocol WatchedKeySource: KeySource {
  /// Whether ``KeySource/snapshot`` would still be this one, which it was before.
  func isCurrent(_ snapshot: KeySnapshot) -> Bool
}

/// A source as it is read over and over.
struct KeyReading: Sendable {
  let source: any KeySource
  /// Found once: to ask a value for its protocols is slow.
  private let watched: (any WatchedKeySource)?

  init(_ source: any KeySource) {
    self.source = source
    watched = source as? any WatchedKeySource
  }

  /// Brings `keys` to what is known now. They stay as they are, without a lock, unless they have changed.
  func update(_ keys: inout KeySnapshot) {
    if let watched, watched.isCurrent(keys) { return }
    keys = source.snapshot
  }

  /// Whether `keys` are what is known now.
  func isCurrent(_ keys: KeySnapshot) -> Bool {
    watched?.isCurrent(keys) ?? (source.snapshot.mark == keys.mark)
  }
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

extension FixedKeys: WatchedKeySource {
  package func isCurrent(_ snapshot: KeySnapshot) -> Bool { snapshot.mark == self.snapshot.mark }
}
