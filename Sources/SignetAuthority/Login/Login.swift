package import JOSE

/// One login, as a state machine: the shell feeds it events and carries out its effects.
///
/// ```
/// credentials ──▶ findAccount ──▶ accountFound ──▶ verifyPassword ──▶ passwordChecked ──▶ complete | deny
/// ```
///
/// An unknown account, one that is disabled and one without a password take the same path and the same
/// work as a wrong password: a real hash, made of a random password at start, is verified in its place.
package struct Login: Sendable {
  package enum Event: Sendable {
    /// What somebody typed. A login name that can name no account arrives as nil.
    case credentials(name: LoginName?, password: Password)
    case accountFound(Account?)
    case passwordChecked(matches: Bool)
  }

  package enum Effect: Sendable {
    /// Look the account up; nil stands for a name that no account can have.
    case findAccount(LoginName?)
    case verifyPassword(Password, against: PasswordHash)
    /// The credentials are right. Only ``Authority/openSession(for:request:in:at:)`` turns this into a
    /// session.
    case complete(AuthenticatedLogin)
    case deny(LoginDenial)
  }

  private enum State: Sendable {
    case started
    case finding(Password)
    case verifying(Account?)
    case finished
  }

  private var state = State.started
  private let decoy: PasswordHash

  /// A login that has not begun.
  /// - Parameter decoy: the hash that is verified where there is none to verify.
  package init(decoy: PasswordHash) {
    self.decoy = decoy
  }

  /// Takes one step. An event that the state does not expect ends the login with a denial.
  package mutating func step(_ event: Event, at now: Timestamp) -> Effect {
    switch (state, event) {
    case (.started, .credentials(let name, let password)):
      state = .finding(password)
      return .findAccount(name)
    case (.finding(let password), .accountFound(let account)):
      state = .verifying(account)
      return .verifyPassword(password, against: account?.passwordHash ?? decoy)
    case (.verifying(let account), .passwordChecked(let matches)):
      state = .finished
      return Self.outcome(account: account, matches: matches, at: now)
    default:
      state = .finished
      return .deny(LoginDenial(.outOfOrder, account: nil))
    }
  }

  private static func outcome(account: Account?, matches: Bool, at now: Timestamp) -> Effect {
    guard let account else { return .deny(LoginDenial(.unknownAccount, account: nil)) }
    guard account.passwordHash != nil else { return .deny(LoginDenial(.noPassword, account: account.id)) }
    guard matches else { return .deny(LoginDenial(.wrongPassword, account: account.id)) }
    guard account.isEnabled else { return .deny(LoginDenial(.accountDisabled, account: account.id)) }
    return .complete(
      AuthenticatedLogin(
        account: account.id, credentialVersion: account.credentialVersion, authenticatedAt: now))
  }
}

/// Proof that somebody's credentials were right at a time. Only ``Login`` makes one.
package struct AuthenticatedLogin: Sendable {
  package let account: AccountID
  /// The version of the credentials that were checked: if it has moved on, the login loses.
  package let credentialVersion: Int64
  package let authenticatedAt: Timestamp

  fileprivate init(account: AccountID, credentialVersion: Int64, authenticatedAt: Timestamp) {
    self.account = account
    self.credentialVersion = credentialVersion
    self.authenticatedAt = authenticatedAt
  }
}

/// A login that was refused. The client learns the same for every reason; the audit log has the reason.
package struct LoginDenial: Error, Hashable {
  package enum Reason: String, CaseIterable, Sendable {
    case unknownAccount = "unknown_account"
    case noPassword = "no_password"
    case wrongPassword = "wrong_password"
    case accountDisabled = "account_disabled"
    /// The credentials were changed while they were being checked.
    case credentialsChanged = "credentials_changed"
    /// What was asked for is not the account's to have. This one the client may know: its credentials were
    /// right.
    case invalidScope = "invalid_scope"
    case invalidResource = "invalid_target"
    case mixedResources = "mixed_resources"
    case outOfOrder = "out_of_order"
  }

  package let reason: Reason
  package let account: AccountID?

  init(_ reason: Reason, account: AccountID?) {
    self.reason = reason
    self.account = account
  }
}
