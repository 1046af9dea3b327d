package import SignetAuthority

/// What came of a refresh.
package enum RefreshAnswer: Sendable {
  case renewed(SignedTokens)
  /// Nil for a token that was never issued here.
  case refused(RefreshDenial?)
}

extension AuthorityService {
  /// Answers a refresh with the token that `text` is. Where the caller knows a session that the token must
  /// belong to, that is `onlySession`.
  package func refresh(
    _ text: String, retryKey: RetryKey?, narrowing: GrantNarrowing, onlySession: SessionID? = nil,
    origin: RequestOrigin
  ) async throws -> RefreshAnswer {
    guard let token = RefreshToken(text, keyring: authority.keyring) else {
      metrics.refreshesForged.add()
      return .refused(nil)
    }
    let request = RefreshRequest(
      token: token, retryKey: retryKey, narrowing: narrowing, onlySession: onlySession, origin: origin)
    let now = clock()
    let outcome = try await storage.write { [authority] tx in
      try authority.refresh(request, in: tx, at: now)
    }
    switch outcome {
    case .renewed(let issued, _): return .renewed(try sign(issued))
    case .refused(let denial):
      metrics.refreshRefusals.add(denial)
      return .refused(denial)
    }
  }

  /// The session of the refresh token that `text` is; nil when it was not issued here, or is gone.
  package func session(ofRefreshToken text: String) async throws -> SessionID? {
    guard let token = RefreshToken(text, keyring: authority.keyring) else { return nil }
    return try await storage.read { tx in try tx.grant(token.grant)?.session }
  }
}
