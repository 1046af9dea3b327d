internal import JOSE
internal import SignetAuthority

/// What came of an ``AdministrationRequest``.
package enum AdministrationAnswer: Codable, Sendable {
  case account(AccountSummary)
  /// `next` is the identifier to go on after; nil on the last page.
  case accounts([AccountSummary], next: String?)
  /// The account as it is now, and how many of its sessions ended.
  case sessionsEnded(account: AccountSummary, count: Int)
  case keys([SigningKeySummary])
  /// A JWK set as JSON text: every key in it is a secret.
  case resourceSecrets(SecretText)
  /// `keys` is a JWK set as JSON text.
  case verificationKeys(issuer: String, keys: String)
  case sessions([SessionSummary])
  /// The name of the revocation log's new life, and how many sessions ended.
  case epochBegun(String, sessionsEnded: Int)
  /// Why the token is refused, as a reason's code and in words; both nil when it is good.
  case verdict(reason: String?, detail: String?)
  case refused(AdministrationRefusal)
}

/// Why nothing was done, in words for the one who asked. Nothing was written.
package struct AdministrationRefusal: Codable, Hashable, Sendable {
  /// Stable: `no_such_account`, `username_taken`…
  package let code: String
  package let problem: String
  /// What to do about it.
  package let next: String?

  package init(_ code: String, _ problem: String, next: String? = nil) {
    self.code = code
    self.problem = problem
    self.next = next
  }
}

/// An account as an administrator sees it. Instants are seconds since 1970.
package struct AccountSummary: Codable, Hashable, Sendable {
  package let id: String
  package let username: String?
  package let email: String?
  package let displayName: String
  package let roles: [String]
  package let isEnabled: Bool
  package let hasPassword: Bool
  package let createdAt: Int64

  init(_ account: Account) {
    id = account.id.description
    username = account.username?.description
    email = account.email?.description
    displayName = account.displayName
    roles = account.roles
    isEnabled = account.isEnabled
    hasPassword = account.passwordHash != nil
    createdAt = account.createdAt.seconds
  }
}

/// A session as an administrator sees it. Instants are seconds since 1970.
package struct SessionSummary: Codable, Hashable, Sendable {
  package let id: String
  package let account: String
  package let authenticatedAt: Int64
  package let lastActiveAt: Int64
  /// When it ends by itself: the earlier of its idle and its absolute limit.
  package let expiresAt: Int64
  package let userAgent: String?
  package let address: String?

  init(_ session: Session, idleLimit: Duration) {
    id = session.id.description
    account = session.account.description
    authenticatedAt = session.authenticatedAt.seconds
    lastActiveAt = session.lastActiveAt.seconds
    expiresAt = min(session.absoluteExpiry, session.lastActiveAt + idleLimit).seconds
    userAgent = session.userAgent
    address = session.address
  }
}

/// A signing key as an administrator sees it. Instants are seconds since 1970.
package struct SigningKeySummary: Codable, Hashable, Sendable {
  package let keyID: String
  /// The name of the resource whose own secret it is; nil for a published key.
  package let resource: String?
  package let algorithm: String
  /// `next`, `active` or `retired`.
  package let state: String
  package let createdAt: Int64
  /// When it began to sign or, for a `next` key, will by the schedule.
  package let activatesAt: Int64?
  /// When it ceased to sign or, for an `active` key, will by the schedule.
  package let retiresAt: Int64?
  /// When a `retired` key is removed: its last token has expired.
  package let removedAt: Int64?

  init(_ record: SigningKeyRecord, schedule: KeySchedule, resource: String?) {
    keyID = record.keyID
    self.resource = resource
    algorithm = record.algorithm.rawValue
    state = record.state.rawValue
    createdAt = record.createdAt.seconds
    activatesAt = schedule.activation(of: record)?.seconds
    retiresAt = schedule.retirement(of: record)?.seconds
    removedAt = schedule.removal(of: record)?.seconds
  }
}
