package import JOSE

/// One line of the audit log: what happened, to whom, on whose order. It never holds a secret.
package struct AuditEvent: Hashable, Sendable {
  /// What happened. The raw value is stored, and stable.
  package enum Kind: String, CaseIterable, Sendable {
    case loginSucceeded = "login.succeeded"
    case loginFailed = "login.failed"
    case guessesExhausted = "login.throttled"
    case sessionEnded = "session.ended"
    case grantEnded = "grant.ended"
    case refreshRetried = "refresh.retried"
    case refreshRefused = "refresh.refused"
    case refreshTokenReused = "refresh.reused"
    case refreshTokenFromFuture = "refresh.from_future"
    case accountAdded = "account.added"
    case accountDisabled = "account.disabled"
    case accountEnabled = "account.enabled"
    case passwordChanged = "password.changed"
    case passwordChangeRefused = "password.refused"
    case rolesChanged = "account.roles_changed"
    case keyAdded = "key.added"
    case keyActivated = "key.activated"
    case keyRetired = "key.retired"
    case keyRemoved = "key.removed"
    case keyRevoked = "key.revoked"
    case secretExported = "secret.exported"
    /// Everything is sealed under the keyring line that the reason names.
    case keyringRenewed = "keyring.renewed"
    /// A backup took the place of the database, and the revocation log began a new life.
    case databaseRestored = "database.restored"
  }

  /// Counts up from 1 in the order of commits; 0 until stored.
  package var sequence: Int64
  package let at: Timestamp
  package let kind: Kind
  package var account: AccountID?
  package var session: SessionID?
  package var client: ClientID?
  /// Where the request came from.
  package let origin: RequestOrigin
  /// A short machine-readable reason, such as `wrong_password`; empty when the kind says it all.
  package let reason: String

  package init(
    sequence: Int64 = 0, at: Timestamp, kind: Kind, account: AccountID? = nil, session: SessionID? = nil,
    client: ClientID? = nil, origin: RequestOrigin, reason: String = ""
  ) {
    self.sequence = sequence
    self.at = at
    self.kind = kind
    self.account = account
    self.session = session
    self.client = client
    self.origin = origin
    self.reason = reason
  }
}

/// Where a request came from, as far as the shell knows.
package struct RequestOrigin: Hashable, Sendable {
  /// Matches the request's line in the server's log.
  package let requestID: String
  package let address: String?
  /// The `User-Agent` header, cut to 256 bytes.
  package let userAgent: String?

  /// An origin. Control characters are left out, and what is too long is cut: the client chose most of it.
  package init(requestID: String, address: String? = nil, userAgent: String? = nil) {
    self.requestID = requestID.printable(maximumBytes: 64)
    self.address = address?.printable(maximumBytes: 64)
    self.userAgent = userAgent?.printable(maximumBytes: 256)
  }
}

extension String {
  /// The text without control characters, as much of it as fits, whole scalars only.
  fileprivate func printable(maximumBytes: Int) -> String {
    // Nearly every text is short ASCII; to look a scalar's category up costs more than to write it.
    if utf8.count <= maximumBytes, utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in unicodeScalars where scalar.properties.generalCategory != .control {
      count += UTF8.width(scalar)
      guard count <= maximumBytes else { break }
      result.append(scalar)
    }
    return String(result)
  }
}
