package import JOSE

/// What a new account is made of.
package struct NewAccount: Sendable {
  package let username: Username?
  package let email: EmailAddress?
  package let displayName: String
  package let roles: [String]
  /// The hash of a password that the policy has accepted; nil for an account that cannot log in yet.
  package let passwordHash: PasswordHash?

  package init(
    username: Username?, email: EmailAddress?, displayName: String, roles: [String],
    passwordHash: PasswordHash?
  ) {
    self.username = username
    self.email = email
    self.displayName = displayName
    self.roles = Set(roles).sorted()
    self.passwordHash = passwordHash
  }
}

package enum AccountAddition: Sendable {
  case added(Account)
  case refused(AccountRefusal)
}

package enum AccountRefusal: Hashable, Sendable {
  /// Neither a username nor an e-mail address.
  case noName
  case usernameTaken
  case emailTaken
  /// Longer than 200 bytes, or with control characters.
  case malformedDisplayName
  /// A role that the configuration does not declare.
  case unknownRole(String)
}

extension Authority {
  /// Adds an account.
  package func addAccount(
    _ new: NewAccount, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> AccountAddition {
    if let refusal = try refusal(of: new, in: tx) { return .refused(refusal) }
    let account = Account(
      id: AccountID(from: random), username: new.username, email: new.email, displayName: new.displayName,
      roles: new.roles, passwordHash: new.passwordHash, createdAt: now)
    try tx.insert(account)
    try tx.append(AuditEvent(at: now, kind: .accountAdded, account: account.id, origin: origin))
    return .added(account)
  }

  /// Disables an account and ends all its sessions.
  /// - Returns: How many sessions ended; nil when there is no such account.
  package func disableAccount(
    _ id: AccountID, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Int? {
    guard var account = try tx.lockedAccount(id) else { return nil }
    if account.isEnabled {
      account.isEnabled = false
      try tx.update(account)
      try tx.append(AuditEvent(at: now, kind: .accountDisabled, account: id, origin: origin))
    }
    return try endSessions(of: id, cause: .accountDisabled, origin: origin, in: tx, at: now)
  }

  /// Enables an account again. Its sessions stay ended.
  /// - Returns: Whether there is such an account.
  package func enableAccount(
    _ id: AccountID, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Bool {
    guard var account = try tx.lockedAccount(id) else { return false }
    guard !account.isEnabled else { return true }
    account.isEnabled = true
    try tx.update(account)
    try tx.append(AuditEvent(at: now, kind: .accountEnabled, account: id, origin: origin))
    return true
  }

  private func refusal(of new: NewAccount, in tx: some AuthorityReads) throws -> AccountRefusal? {
    guard new.username != nil || new.email != nil else { return .noName }
    guard new.displayName.utf8.count <= 200,
      new.displayName.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else {
      return .malformedDisplayName
    }
    if let stray = new.roles.first(where: { policy.roles[$0] == nil }) { return .unknownRole(stray) }
    if let username = new.username, try tx.account(named: .username(username)) != nil {
      return .usernameTaken
    }
    if let email = new.email, try tx.account(named: .email(email)) != nil { return .emailTaken }
    return nil
  }
}
