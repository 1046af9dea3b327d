/// What an administrator asks of an authority. The same value is carried out by a running server, when it
/// came over the control socket, and by a command that has opened the database itself.
///
/// An `account` is an identifier, a username or an e-mail address, as somebody typed it.
package enum AdministrationRequest: Codable, Sendable {
  case addAccount(NewAccountRequest)
  /// At most 1,000 accounts, those after the one with the identifier `after`.
  case accounts(after: String?, limit: Int)
  case account(String)
  case disableAccount(String)
  case enableAccount(String)
  case setPassword(account: String, password: SecretText)
  case setRoles(account: String, roles: [String])
  case endSessions(account: String)
  case signingKeys
  /// - isForced: rotate although verifiers may not have the next key yet.
  /// - resource: the name of the one whose own secret is meant; nil for the published keys.
  case rotateKeys(isForced: Bool, resource: String? = nil)
  /// What the resource of this name is to hold.
  case resourceSecrets(String)
  /// Ends trust in the key with this `kid`, at once.
  case revokeKey(String)
  /// The issuer and the key set that it publishes.
  case verificationKeys
  case sessions(account: String)
  case revokeSession(String)
  /// Take back every token and end every session.
  case beginEpoch
  /// What the authority itself says of an access token for `audience`, revocations included.
  case verdict(token: SecretText, audience: String)
}

/// What a new account is made of, as it was typed.
package struct NewAccountRequest: Codable, Sendable {
  package let username: String?
  package let email: String?
  package let displayName: String
  package let roles: [String]
  /// Nil for an account that cannot log in until it has one.
  package let password: SecretText?

  package init(
    username: String?, email: String?, displayName: String, roles: [String], password: SecretText?
  ) {
    self.username = username
    self.email = email
    self.displayName = displayName
    self.roles = roles
    self.password = password
  }
}

/// A password or a token on its way: it has no readable description, so that no log line can hold it.
package struct SecretText: Codable, Sendable, CustomStringConvertible, CustomReflectable {
  package let value: String

  package init(_ value: String) {
    self.value = value
  }

  package init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  package var description: String { "SecretText(redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
