package import JOSE
internal import TokenVerification

/// What a login asks for, besides being let in.
package struct SessionRequest: Sendable {
  package let client: ClientID
  package let narrowing: GrantNarrowing
  package let origin: RequestOrigin
  /// The session that this login takes the place of, when the browser shows its cookie. It may be another
  /// account's; so it must come from a token that was verified, never from an identifier that was sent.
  package let replacing: SessionID?

  package init(
    client: ClientID = .firstParty, narrowing: GrantNarrowing = .whole, origin: RequestOrigin,
    replacing: SessionID? = nil
  ) {
    self.client = client
    self.narrowing = narrowing
    self.origin = origin
    self.replacing = replacing
  }
}

/// What came of a login whose credentials were right.
package enum SessionOpening: Sendable {
  case opened(IssuedTokens)
  case denied(LoginDenial)
}

extension Authority {
  /// The one gate to a session: every way of logging in ends here, and nothing else inserts one.
  ///
  /// The account is read again, because it may have been disabled, or its password changed, while the
  /// password was being hashed outside the transaction. The session always gets a new identifier.
  package func openSession(
    for login: AuthenticatedLogin, request: SessionRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> SessionOpening {
    // Before the account: a revocation that commits between the two reads must count as later than this
    // token.
    let position = try tx.revocationPosition()
    let account: Account
    switch try recheck(login, in: tx) {
    case .success(let current): account = current
    case .failure(let denial): return try deny(denial, origin: request.origin, in: tx, at: now)
    }
    switch policy.grantable(request.narrowing, roles: account.roles) {
    case .failure(let refusal):
      let denial = LoginDenial(refusal.loginReason, account: account.id)
      return try deny(denial, origin: request.origin, in: tx, at: now)
    case .success(let (scopes, resources)):
      let session = try insertSession(for: login, origin: request.origin, in: tx, at: now)
      let grant = Grant(
        id: GrantID(from: random), session: session.id, client: request.client, scopes: scopes,
        resources: resources, rotatedAt: now, createdAt: now)
      try tx.insert(grant)
      try endReplaced(request, in: tx, at: now)
      try makeRoom(for: session, origin: request.origin, in: tx, at: now)
      return .opened(issue(grant, of: session, account: account, position: position, at: now))
    }
  }

  /// Records a login that was refused before the gate, so that every denial leaves evidence.
  package func recordDenial(
    _ denial: LoginDenial, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    try tx.append(
      AuditEvent(
        at: now, kind: .loginFailed, account: denial.account, origin: origin, reason: denial.reason.rawValue))
  }

  /// The current tokens of `grant`, the access token narrowed.
  func issue(
    _ grant: Grant, of session: Session, account: Account, narrowing: GrantNarrowing = .whole,
    position: RevocationPosition, at now: Timestamp
  ) -> IssuedTokens {
    let accessToken = accessToken(
      for: grant, of: session, account: account, narrowing: narrowing, position: position, at: now)
    let refreshToken = RefreshToken(grant: grant.id, generation: grant.generation)
    return IssuedTokens(
      accessToken: accessToken, refreshToken: refreshToken.text(keyring: keyring), session: session,
      grant: grant, account: account)
  }

  private func recheck(
    _ login: AuthenticatedLogin, in tx: some AuthorityWrites
  ) throws -> Result<Account, LoginDenial> {
    guard let account = try tx.lockedAccount(login.account) else {
      return .failure(LoginDenial(.unknownAccount, account: login.account))
    }
    guard account.isEnabled else { return .failure(LoginDenial(.accountDisabled, account: account.id)) }
    guard account.credentialVersion == login.credentialVersion else {
      return .failure(LoginDenial(.credentialsChanged, account: account.id))
    }
    return .success(account)
  }

  private func deny(
    _ denial: LoginDenial, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> SessionOpening {
    try recordDenial(denial, origin: origin, in: tx, at: now)
    return .denied(denial)
  }

  private func insertSession(
    for login: AuthenticatedLogin, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Session {
    let session = Session(
      id: SessionID(from: random), account: login.account, authenticatedAt: login.authenticatedAt,
      lastActiveAt: now, absoluteExpiry: now + policy.sessionAbsoluteLimit, userAgent: origin.userAgent,
      address: origin.address)
    try tx.insert(session)
    try tx.append(
      AuditEvent(at: now, kind: .loginSucceeded, account: login.account, session: session.id, origin: origin))
    return session
  }

  /// Ends the oldest sessions of an account that has more than it may. Whoever knows a password could
  /// otherwise fill the database, and make each change of the account as long as that list.
  private func makeRoom(
    for session: Session, origin: RequestOrigin, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    let newestFirst = try tx.unendedSessions(of: session.account).filter { $0.id != session.id }
    let surplus = newestFirst.dropFirst(policy.sessionsPerAccount - 1)
    try end(Array(surplus), cause: .crowdedOut, origin: origin, in: tx, at: now)
  }

  private func endReplaced(
    _ request: SessionRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    guard let replaced = request.replacing else { return }
    _ = try endSession(replaced, cause: .replaced, origin: request.origin, in: tx, at: now)
  }
}

extension NarrowingRefusal {
  fileprivate var loginReason: LoginDenial.Reason {
    switch self {
    case .scope: .invalidScope
    case .resource: .invalidResource
    case .mixedResources: .mixedResources
    }
  }
}
