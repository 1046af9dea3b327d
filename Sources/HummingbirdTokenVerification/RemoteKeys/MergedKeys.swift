internal import Synchronization
public import TokenVerification

/// The keys of one issuer from several places: two key sets, or one that is fetched and one that is fixed.
///
/// A key is good for as long as one of the sources has it, and of keys with one `kid` the one of the first
/// source counts: a later source can add keys and replace none. What a source withdraws is gone once no other
/// has it. While a source has nothing yet, or nothing any more, the others' keys serve on, and a key that
/// none of them has is not called unknown: the answer is 503, as for an issuer that cannot be reached.
///
/// Only what tokens of the *same* issuer may be signed with belongs here: whoever has a key of any source can
/// sign whatever the verifier's policy accepts.
public final class MergedKeys: KeySource {
  private let sources: [KeyReading]
  private let last = Mutex(KeySnapshot.empty)

  /// The keys of `sources`, of which remote ones have to run among the application's services.
  public init(_ sources: [any KeySource]) {
    self.sources = sources.map(KeyReading.init)
  }

  public var snapshot: KeySnapshot {
    let known = last.withLock { $0 }
    if isCurrent(known) { return known }
    let merged = KeySnapshot(merging: sources.map(\.source.snapshot))
    last.withLock { $0 = merged }
    return merged
  }

  /// Asks all sources at once, and waits for no more when one has the key.
  public func snapshot(afterMissing keyID: String) async -> KeySnapshot {
    await withTaskGroup(of: Bool.self) { group in
      for source in sources {
        group.addTask { await source.source.snapshot(afterMissing: keyID)[keyID] != nil }
      }
      for await isThere in group where isThere {
        group.cancelAll()
        break
      }
    }
    return snapshot
  }
}

extension MergedKeys: WatchedKeySource {
  package func isCurrent(_ snapshot: KeySnapshot) -> Bool {
    snapshot.parts.count == sources.count
      && zip(sources, snapshot.parts).allSatisfy { $0.isCurrent($1) }
  }
}
