package import JOSE

/// One login of one account on one device: what an access token's `sid` names.
package struct Session: Hashable, Sendable {
  package let id: SessionID
  package let account: AccountID
  /// When the credentials were checked; the access token's `auth_time`.
  package let authenticatedAt: Timestamp
  /// Moves at each refresh; the idle limit counts from here.
  package var lastActiveAt: Timestamp
  /// Ends the session whatever happens.
  package let absoluteExpiry: Timestamp
  /// What the client said of itself, cut to 256 bytes; shown to the account's owner.
  package let userAgent: String?
  package let address: String?
  /// Set once, when it ends before its limits.
  package var ending: SessionEnding?
  package var revision: Int64

  package init(
    id: SessionID, account: AccountID, authenticatedAt: Timestamp, lastActiveAt: Timestamp,
    absoluteExpiry: Timestamp, userAgent: String?, address: String?, ending: SessionEnding? = nil,
    revision: Int64 = 1
  ) {
    self.id = id
    self.account = account
    self.authenticatedAt = authenticatedAt
    self.lastActiveAt = lastActiveAt
    self.absoluteExpiry = absoluteExpiry
    self.userAgent = userAgent
    self.address = address
    self.ending = ending
    self.revision = revision
  }
}

/// When and why a session ended.
package struct SessionEnding: Hashable, Sendable {
  package let at: Timestamp
  package let cause: RevocationCause

  package init(at: Timestamp, cause: RevocationCause) {
    self.at = at
    self.cause = cause
  }
}

extension Session {
  /// Whether the session can still be refreshed: not ended, within its idle and its absolute limit.
  package func isLive(at now: Timestamp, idleLimit: Duration) -> Bool {
    ending == nil && now < absoluteExpiry && now < lastActiveAt + idleLimit
  }

  /// Whether an access token of the session can still be accepted somewhere: none outlives the absolute limit
  /// by more than a verifier's leeway. (One that was minted by a retry can outlive the idle limit.)
  func mayHaveLiveTokens(at now: Timestamp) -> Bool {
    now <= absoluteExpiry + AuthorityPolicy.maximumLeeway
  }
}
