package import JOSE
internal import TokenVerification

/// The one revocation engine: whatever ends something decides here what the log says of it.
package enum Revocation {
  /// What is to be revoked.
  package enum Target: Hashable, Sendable {
    /// The access tokens of these sessions that have been minted so far.
    case sessions([SessionID])
    /// Everything that a key has signed, or will.
    case key(String)
    /// Every access token that has been minted so far.
    case everything
  }

  /// The entries that take `target` back.
  ///
  /// An entry lives as long as any token that it can touch: the longest lifetime that any configuration may
  /// have given it, the most that a verifier may forgive, and what the clocks of two nodes may differ by; one
  /// for a key as long as verifiers may keep its public half.
  package static func decide(
    _ target: Target, policy: AuthorityPolicy, at now: Timestamp
  ) -> [RevocationDraft] {
    let expiry =
      now + AuthorityPolicy.longestAccessTokenLifetime + AuthorityPolicy.maximumLeeway + clockAllowance
    switch target {
    case .sessions(let sessions):
      return sessions.map { session in
        RevocationDraft(
          subject: RevocationSubject(.session, id: session.description, issuer: policy.issuer),
          ignoresPosition: false, expiresAt: expiry)
      }
    case .key(let keyID):
      let subject = RevocationSubject(.key, id: keyID, issuer: policy.issuer)
      return [RevocationDraft(subject: subject, ignoresPosition: true, expiresAt: now + keyCacheHardLimit)]
    case .everything:
      let subject = RevocationSubject(.issuer, id: "", issuer: policy.issuer)
      return [RevocationDraft(subject: subject, ignoresPosition: false, expiresAt: expiry)]
    }
  }

  /// How much later than this node's the clock may be of the one that mints, or of the one that forgets.
  package static let clockAllowance: Duration = .seconds(300)

  /// No verifier keeps a key longer than this without being sent it again.
  package static let keyCacheHardLimit: Duration = .seconds(86_400)
}
