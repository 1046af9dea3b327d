internal import JOSE
internal import Synchronization
internal import TokenVerification

/// The tokens that a process has verified: many small caches, each behind a lock of its own. A token's own
/// bytes say which, so that two threads meet only over the same one, or by chance.
final class SharedTokenCache: Sendable {
  private let verifier: TokenVerifier
  private let parts: [Part]

  private final class Part: Sendable {
    let cache: Mutex<VerifiedTokenCache>

    init(_ cache: VerifiedTokenCache) {
      self.cache = Mutex(cache)
    }
  }

  /// A cache of about `capacity` tokens over `verifier`.
  init(verifier: TokenVerifier, capacity: Int) {
    self.verifier = verifier
    parts = (0..<Self.partCount).map { _ in
      Part(VerifiedTokenCache(verifier: verifier, capacity: capacity / Self.partCount))
    }
  }

  /// Checks a token. The revocations' view, which all threads share, is taken only if it has changed since
  /// the token was last seen.
  func verify(
    _ token: [UInt8], keys: KeySnapshot, revocations: RevocationState, at now: Timestamp
  ) -> Verdict {
    let hash = VerifiedTokenCache.hash(token)
    let part = parts[Int(truncatingIfNeeded: hash) & (Self.partCount - 1)]
    let known = part.cache.withLock { cache in
      cache.recall(token, hash, keys: keys, revocationMark: revocations.mark, at: now) { revocations.view }
    }
    if let known { return known }
    let revocations = revocations.view
    // Nobody waits while a signature is checked.
    let verdict = verifier.verify(token, keys: keys, revocations: revocations, at: now)
    part.cache.withLock { cache in
      cache.note(verdict, of: token, hash, keys: keys, revocations: revocations)
    }
    return verdict
  }

  /// A power of two; many more than there are cores.
  private static let partCount = 64
}
