package import SignetAuthority

/// What came of a password change by the account's owner.
package enum OwnPasswordChange: Hashable, Sendable {
  case changed(endedSessions: Int)
  case wrongCurrentPassword
  /// Too many guesses: the current password was not looked at.
  case throttled(retryAfter: Duration)
  case refused(PasswordPolicy.Refusal)
  /// The account is gone or disabled, or its credentials were changed meanwhile.
  case superseded
}

extension AuthorityService {
  /// The account of `principal`; nil when it is gone or disabled.
  package func account(of principal: SessionPrincipal) async throws -> Account? {
    let account = try await storage.read { tx in try tx.account(principal.account) }
    return account?.isEnabled == true ? account : nil
  }

  /// Changes the password of the principal's account and ends its other sessions.
  /// - Throws: ``HashingError``, `StorageError`.
  package func changePassword(
    of principal: SessionPrincipal, from current: Password, to new: Password, origin: RequestOrigin
  ) async throws -> OwnPasswordChange {
    guard let account = try await account(of: principal) else { return .superseded }
    try hasher.requireRoom()
    let guess = PasswordGuess(account: account, origin: origin)
    if case .refused(let wait) = try await spend(guess) { return .throttled(retryAfter: wait) }
    guard try await check(current, account.passwordHash ?? decoy, guess), account.passwordHash != nil else {
      try await recordPasswordRefusal(of: principal.account, session: principal.session, origin: origin)
      return .wrongCurrentPassword
    }
    // A guess stays spent until a password is accepted: asking about new ones costs work and leaves evidence.
    if let refusal = authority.policy.refusal(of: new, names: account.loginNames) {
      try await recordPasswordRefusal(
        of: principal.account, session: principal.session, reason: refusal.code, origin: origin)
      return .refused(refusal)
    }
    try await settle(guess)
    let hash = try await hasher.hash(new)
    let now = clock()
    let outcome = try await storage.write { [authority] tx in
      try authority.changePassword(
        of: principal.account, to: hash, checkedVersion: account.credentialVersion,
        keeping: principal.session,
        origin: origin, in: tx, at: now)
    }
    switch outcome {
    case .changed(let ended): return .changed(endedSessions: ended)
    case .superseded: return .superseded
    }
  }

  /// Writes down that an account keeps its old password, by default because it was not known.
  func recordPasswordRefusal(
    of account: AccountID, session: SessionID? = nil,
    reason: String = LoginDenial.Reason.wrongPassword.rawValue, origin: RequestOrigin
  ) async throws {
    let now = clock()
    try await storage.write { [authority] tx in
      try authority.recordPasswordRefusal(
        of: account, session: session, reason: reason, origin: origin, in: tx, at: now)
    }
  }
}
