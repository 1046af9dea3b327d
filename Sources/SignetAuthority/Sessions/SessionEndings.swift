package import JOSE

// Ending sessions. Each way goes through `end(_:cause:…)`: record, revocation log and audit event in one
// transaction.

extension Authority {
  /// Ends one session of `account`.
  /// - Returns: Whether it was there to be ended; a session that has ended, or is somebody else's, is not.
  package func endSession(
    _ id: SessionID, of account: AccountID, cause: RevocationCause, origin: RequestOrigin,
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Bool {
    guard let session = try tx.session(id), session.account == account, session.ending == nil else {
      return false
    }
    try end([session], cause: cause, origin: origin, in: tx, at: now)
    return true
  }

  /// Ends one session whoever it belongs to: an administrator's order.
  /// - Returns: Whether it was there to be ended.
  package func endSession(
    _ id: SessionID, cause: RevocationCause, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> Bool {
    guard let session = try tx.session(id) else { return false }
    return try endSession(id, of: session.account, cause: cause, origin: origin, in: tx, at: now)
  }

  /// Ends every session of `account`, but the one to keep; those that are beyond a limit too, because a
  /// limit can be raised again.
  /// - Returns: How many of them were still alive.
  package func endSessions(
    of account: AccountID, except kept: SessionID? = nil, cause: RevocationCause, origin: RequestOrigin,
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Int {
    // One that is about to begin is waited for, or waits: none slips in between the list and the commit.
    guard try tx.lockedAccount(account) != nil else { return 0 }
    let sessions = try tx.unendedSessions(of: account).filter { $0.id != kept }
    try end(sessions, cause: cause, origin: origin, in: tx, at: now)
    return sessions.count { $0.isLive(at: now, idleLimit: policy.sessionIdleLimit) }
  }

  /// The sessions of `account` that can still be refreshed, newest login first.
  package func liveSessions(
    of account: AccountID, in tx: some AuthorityReads, at now: Timestamp
  ) throws -> [Session] {
    try tx.unendedSessions(of: account)
      .filter { $0.isLive(at: now, idleLimit: policy.sessionIdleLimit) }
  }

  /// Ends every session of at most `limit` accounts: those that follow `last`, or the first ones. One entry
  /// for the issuer stands for all of their access tokens: see ``beginNewEpoch(origin:in:at:)``.
  /// - Returns: How many ended, and the last account; nil when no account is left.
  package func endAllSessions(
    ofAccountsAfter last: AccountID?, limit: Int, cause: RevocationCause, origin: RequestOrigin,
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> (ended: Int, last: AccountID?) {
    let accounts = try tx.accounts(after: last, limit: limit)
    var ended = 0
    for account in accounts {
      // As in the one account's case: none slips in, also while others are served.
      guard try tx.lockedAccount(account.id) != nil else { continue }
      let sessions = try tx.unendedSessions(of: account.id)
      try close(sessions, cause: cause, origin: origin, in: tx, at: now)
      ended += sessions.count
    }
    return (ended, accounts.last?.id)
  }

  /// Ends `sessions`: each record, its access tokens, and a line in the audit log.
  func end(
    _ sessions: [Session], cause: RevocationCause, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws {
    guard !sessions.isEmpty else { return }
    try close(sessions, cause: cause, origin: origin, in: tx, at: now)
    let exposed = sessions.filter { $0.mayHaveLiveTokens(at: now) }
    try tx.append(Revocation.decide(.sessions(exposed.map(\.id)), policy: policy, at: now))
  }

  private func close(
    _ sessions: [Session], cause: RevocationCause, origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws {
    for var session in sessions {
      session.ending = SessionEnding(at: now, cause: cause)
      try tx.update(session)
      try tx.append(
        AuditEvent(
          at: now, kind: .sessionEnded, account: session.account, session: session.id, origin: origin,
          reason: cause.rawValue))
    }
  }

  /// Removes what has no more use: sessions that finished before `cutoff`, revocations and throttles that
  /// have expired, audit events older than the policy keeps them.
  /// - Returns: How many were removed of the kind that lost most, at most `limit`: call again while it is
  ///   `limit`.
  package func purge(
    sessionsFinishedBefore cutoff: Timestamp, limit: Int, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Int {
    _ = try tx.deleteRevocations(expiredBefore: now)
    let throttles = try tx.deleteThrottles(expiredBefore: now, limit: limit)
    let events = try tx.deleteAuditEvents(before: now - policy.auditRetention, limit: limit)
    return max(throttles, events, try tx.deleteSessions(finishedBefore: cutoff, limit: limit))
  }
}
