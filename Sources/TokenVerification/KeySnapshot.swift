public import JOSE

/// The keys of an issuer at one moment. Immutable; a change is a new snapshot with a higher epoch.
///
/// A `kid` is an opaque name here: it is looked up and nothing else. A key without one cannot be named by a
/// token and is not usable, and no key stands in for one that is unknown.
public struct KeySnapshot: Sendable {
  /// Counts up whenever the keys change; 0 before any were known, and while a part of them is not.
  public let epoch: UInt64

  private let keys: [String: VerificationKey]
  /// Tells this snapshot from every other, also from one of another source with the same epoch.
  package let mark = Mark()
  /// The snapshots that this one is merged from; none when it is of one source.
  package let parts: [KeySnapshot]

  /// No keys: every token is refused.
  public static let empty = KeySnapshot(epoch: 0, keys: [:])

  /// The usable keys of a set: those that have a `kid` of their own and one of `algorithms`.
  ///
  /// A key that states no algorithm gets the one of `algorithms` that fits its type, if exactly one does. Of
  /// keys with one `kid` the set has kept the first; spellings that are equal in Unicode only name neither.
  public init(epoch: UInt64, keys set: JWKSet, algorithms: Set<SignatureAlgorithm>) {
    var keys: [String: VerificationKey] = [:]
    var ambiguous: Set<String> = []
    for jwk in set.keys {
      guard let keyID = jwk.keyID, let key = Self.key(jwk, algorithms: algorithms) else { continue }
      if keys.updateValue(key, forKey: keyID) != nil { ambiguous.insert(keyID) }
    }
    self.init(epoch: epoch, keys: keys.filter { !ambiguous.contains($0.key) })
  }

  private init(epoch: UInt64, keys: [String: VerificationKey], parts: [KeySnapshot] = []) {
    self.epoch = epoch
    self.parts = parts
    self.keys = keys
  }

  /// The keys of several sources of one issuer. Of keys with one name the first source's counts; what only
  /// one source has is there.
  ///
  /// Its ``epoch`` is 0 as long as one of the sources knows nothing: a missing key may be among those.
  package init(merging snapshots: [KeySnapshot]) {
    let isWhole = snapshots.allSatisfy { $0.epoch > 0 }
    var keys: [String: VerificationKey] = [:]
    for snapshot in snapshots {
      keys.merge(snapshot.keys) { first, _ in first }
    }
    self.init(epoch: isWhole ? snapshots.reduce(0) { $0 &+ $1.epoch } : 0, keys: keys, parts: snapshots)
  }

  /// The key that a token names; nil when there is none.
  public subscript(keyID: String) -> VerificationKey? {
    // A dictionary finds strings that are equivalent in Unicode; a name is its bytes.
    guard let key = keys[keyID], key.keyID?.utf8.elementsEqual(keyID.utf8) ?? false else { return nil }
    return key
  }

  /// Whether there is no usable key.
  public var isEmpty: Bool { keys.isEmpty }

  /// How many usable keys there are.
  public var count: Int { keys.count }

  /// The names of the usable keys.
  public var keyIDs: Set<String> { Set(keys.keys) }

  private static func key(_ jwk: JWK, algorithms: Set<SignatureAlgorithm>) -> VerificationKey? {
    do throws(JOSEError) {
      return try VerificationKey(jwk, allowing: algorithms)
    } catch {
      // A key of another type, for another use, or too weak: the rest of the set still counts (RFC 7517 §5).
      return nil
    }
  }
}
