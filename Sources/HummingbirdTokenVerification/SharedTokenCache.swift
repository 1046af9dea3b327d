internal import JOSE
internal import Synchronization
internal import TokenVerification

/// The tokens that a process has verified: many small caches, each behind a lock of its own. A token's own
/// bytes say which, so that two threads meet only over the same one, or by chance.
final class SharedTokenCache: Sendable {
  private let verifier: TokenVerifier
  private let parts: [Part]

  private final class Part: Sendable {
    let state: Mutex<State>

    struct State {
      var cache: VerifiedTokenCache
      /// The keys as this part has last seen them.
      var keys = KeySnapshot.empty
    }

    init(_ cache: VerifiedTokenCache) {
      state = Mutex(State(cache: cache))
    }
  }

  /// A cache of about `capacity` tokens over `verifier`.
  init(verifier: TokenVerifier, capacity: Int) {
    self.verifier = verifier
    parts = (0..<Self.partCount).map { _ in
      Part(VerifiedTokenCache(verifier: verifier, capacity: capacity / Self.partCount))
    }
  }

  /// Checks a token. The keys and the revocations' view, which all threads share, are taken only if they have
  /// changed since this part, or the token, was last looked at.
  func verify(
    _ token: [UInt8], keys source: KeyReading, revocations: RevocationLook, at now: Timestamp
  ) -> Verdict {
    let hash = VerifiedTokenCache.hash(token)
    let part = parts[Int(truncatingIfNeeded: hash) & (Self.partCount - 1)]
    let (known, keys) = part.state.withLock { state -> (Verdict?, KeySnapshot) in
      source.update(&state.keys)
      let known = state.cache.recall(
        token, hash, keys: state.keys, revocationMark: revocations.mark, at: now
      ) { revocations.view }
      // Who is known needs no copy of the keys.
      if let known { return (known, .empty) }
      return (nil, state.keys)
    }
    if let known { return known }
    let revocations = revocations.view
    // Nobody waits while a signature is checked.
    let verdict = verifier.verify(token, keys: keys, revocations: revocations, at: now)
    part.state.withLock { state in
      state.cache.note(verdict, of: token, hash, keys: keys, revocations: revocations)
    }
    return verdict
  }

  /// A power of two; many more than there are cores.
  private static let partCount = 64
}
