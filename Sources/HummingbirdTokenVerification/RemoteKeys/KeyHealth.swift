internal import JOSE
internal import TokenVerification

/// How well a process knows the keys of an issuer: for its readiness and its operator.
public struct KeyHealth: Hashable, Sendable {
  /// How many keys tokens can be checked with: 0 before the first fetch, and again once it is a day that the
  /// issuer has sent none whole.
  public let usable: Int
  /// How many keys of the set cannot be read: of a type or an algorithm that is not known, weak, malformed.
  public let skipped: Int
  /// Whether the keys are no older than the issuer lets them become. Older ones serve on.
  public let isFresh: Bool
  /// How long ago the issuer last said that these are its keys; nil before it first has.
  public let age: Duration?
  /// For how long fetches have failed; nil while they succeed.
  public let outage: Duration?
  /// What went wrong last, in words for the operator; nil since a fetch has succeeded.
  public let lastError: String?

  init(_ cache: KeyCache, skipped: Int, lastError: String?, at now: Timestamp) {
    usable = cache.snapshot(at: now).count
    self.skipped = skipped
    isFresh = cache.isFresh(at: now)
    // A clock that was set back makes nothing younger than new.
    age = cache.heardAt.map { max(now - $0, .zero) }
    outage = cache.failingSince.map { max(now - $0, .zero) }
    self.lastError = lastError
  }
}
