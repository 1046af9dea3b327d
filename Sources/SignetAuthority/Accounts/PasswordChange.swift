package import JOSE

/// What came of an attempt to set a password whose hash is ready.
package enum PasswordChangeOutcome: Hashable, Sendable {
  /// - endedSessions: how many other sessions the change ended.
  case changed(endedSessions: Int)
  /// The account is gone or disabled, its credentials were changed or the session was ended meanwhile:
  /// nothing was written but the audit event.
  case superseded
}

extension Authority {
  /// Sets a password and ends every session but `kept`.
  ///
  /// `checkedVersion` is the credential version at which the old password was checked, or nil when an
  /// administrator sets it: if it has moved on, this change loses. So does one by a session that was ended
  /// while the password was being hashed.
  package func changePassword(
    of id: AccountID, to hash: PasswordHash, checkedVersion: Int64?, keeping kept: SessionID?,
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> PasswordChangeOutcome {
    guard var account = try tx.lockedAccount(id), checkedVersion == nil || account.isEnabled,
      checkedVersion == nil || checkedVersion == account.credentialVersion,
      try kept.map({ id in try tx.session(id).map { $0.ending == nil } ?? false }) ?? true
    else {
      try recordPasswordRefusal(
        of: id, session: kept, reason: LoginDenial.Reason.credentialsChanged.rawValue, origin: origin, in: tx,
        at: now)
      return .superseded
    }
    account.passwordHash = hash
    account.credentialVersion += 1
    try tx.update(account)
    try tx.append(AuditEvent(at: now, kind: .passwordChanged, account: id, session: kept, origin: origin))
    let ended = try endSessions(
      of: id, except: kept, cause: .passwordChanged, origin: origin, in: tx, at: now)
    return .changed(endedSessions: ended)
  }

  /// Records that a password change was refused, by default because the old password was wrong. `reason` is
  /// a ``LoginDenial/Reason`` or a ``PasswordPolicy/Refusal/code``.
  package func recordPasswordRefusal(
    of id: AccountID, session: SessionID?, reason: String = LoginDenial.Reason.wrongPassword.rawValue,
    origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    try tx.append(
      AuditEvent(
        at: now, kind: .passwordChangeRefused, account: id, session: session, origin: origin,
        reason: reason))
  }

  /// The same hash again with today's cost, once a login has shown the password. Sessions and the credential
  /// version stay: nothing changed for the account's owner.
  package func upgradePasswordHash(
    of id: AccountID, from old: PasswordHash, to hash: PasswordHash, in tx: some AuthorityWrites
  ) throws {
    guard var account = try tx.lockedAccount(id), account.passwordHash == old else { return }
    account.passwordHash = hash
    try tx.update(account)
  }
}
