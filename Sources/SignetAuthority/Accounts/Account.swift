package import JOSE

/// Somebody who can log in.
package struct Account: Hashable, Sendable {
  package let id: AccountID
  /// At least one of `username` and `email` is set; each is unique.
  package var username: Username?
  package var email: EmailAddress?
  package var displayName: String
  /// Names of roles that the policy declares, sorted and unique.
  package var roles: [String]
  package var isEnabled: Bool
  /// Nil while no password is set: such an account cannot log in by password.
  package var passwordHash: PasswordHash?
  /// Counts changes of credentials. A login whose hash was checked at an older version loses.
  package var credentialVersion: Int64
  package let createdAt: Timestamp
  /// Counts writes of the record; every update is conditional on it.
  package var revision: Int64

  package init(
    id: AccountID, username: Username?, email: EmailAddress?, displayName: String, roles: [String],
    isEnabled: Bool = true, passwordHash: PasswordHash?, credentialVersion: Int64 = 1,
    createdAt: Timestamp, revision: Int64 = 1
  ) {
    self.id = id
    self.username = username
    self.email = email
    self.displayName = displayName
    self.roles = roles
    self.isEnabled = isEnabled
    self.passwordHash = passwordHash
    self.credentialVersion = credentialVersion
    self.createdAt = createdAt
    self.revision = revision
  }

  /// The names that it logs in by.
  package var loginNames: [String] { [username?.description, email?.description].compactMap { $0 } }
}
