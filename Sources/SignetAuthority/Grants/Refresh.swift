package import JOSE
internal import TokenVerification

/// A request for new tokens, with a token whose MAC has been checked.
package struct RefreshRequest: Sendable {
  package let token: RefreshToken
  package let client: ClientID
  package let retryKey: RetryKey?
  /// The thumbprint of the key in a fresh, verified proof of possession (RFC 9449 §5), if there was one.
  package let senderKey: [UInt8]?
  /// What the new access token is for: no more than the grant.
  package let narrowing: GrantNarrowing
  /// The session that the token must belong to, where the caller knows one: the browser's.
  package let onlySession: SessionID?
  package let origin: RequestOrigin

  package init(
    token: RefreshToken, client: ClientID = .firstParty, retryKey: RetryKey? = nil,
    senderKey: [UInt8]? = nil, narrowing: GrantNarrowing = .whole, onlySession: SessionID? = nil,
    origin: RequestOrigin
  ) {
    self.token = token
    self.client = client
    self.retryKey = retryKey
    self.senderKey = senderKey
    self.narrowing = narrowing
    self.onlySession = onlySession
    self.origin = origin
  }
}

package enum RefreshOutcome: Sendable {
  /// `isRetry`: the successor of an earlier answer, issued again.
  /// Indirect, because it is large and goes through many hands.
  indirect case renewed(IssuedTokens, isRetry: Bool)
  case refused(RefreshDenial)
}

/// Why a refresh was refused. The raw value goes to the audit log.
package enum RefreshDenial: String, CaseIterable, Error, Sendable {
  case unknownGrant = "unknown_grant"
  case grantEnded = "grant_ended"
  case sessionEnded = "session_ended"
  case sessionExpired = "session_expired"
  case accountDisabled = "account_disabled"
  /// Another client's token: refused, and nothing is ended, or anybody could log anybody out.
  case otherClient = "other_client"
  /// Another session's token than the caller demands: refused, and nothing is ended.
  case otherSession = "other_session"
  /// The grant is bound to a key that the sender did not show.
  case otherSender = "other_sender"
  case invalidScope = "invalid_scope"
  case invalidResource = "invalid_target"
  case mixedResources = "mixed_resources"
  case reused = "reused"
  case fromFuture = "from_future"
}

extension Authority {
  /// Answers a refresh: everything is checked again before anything is written.
  package func refresh(
    _ request: RefreshRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> RefreshOutcome {
    // Before the session and the account, as `rv` demands.
    let position = try tx.revocationPosition()
    let family: Family
    switch try findFamily(for: request, in: tx, at: now) {
    case .success(let found): family = found
    case .failure(let denial): return try refuse(denial, request, in: tx, at: now)
    }
    let decision = RefreshRotation.decide(
      presented: request.token.generation, grant: family.grant,
      proof: .init(retryKeyHash: request.retryKey?.hash, senderKey: request.senderKey),
      grace: policy.refreshGrace, at: now)
    switch decision {
    case .advance:
      let advanced = try advance(family, request, in: tx, at: now)
      return .renewed(
        issue(advanced, narrowing: request.narrowing, position: position, at: now), isRetry: false)
    case .repeatSuccessor(let evidence):
      try appendOnceInAWhile(
        event(.refreshRetried, family, request, reason: evidence.rawValue, at: now), of: family.grant.id,
        in: tx, at: now)
      return .renewed(issue(family, narrowing: request.narrowing, position: position, at: now), isRetry: true)
    case .reuse:
      try record(.refreshTokenReused, family, request, in: tx, at: now)
      try end([family.session], cause: .refreshTokenReused, origin: request.origin, in: tx, at: now)
      return .refused(.reused)
    case .fromFuture:
      try record(.refreshTokenFromFuture, family, request, in: tx, at: now)
      try endGrant(family, request, in: tx, at: now)
      return .refused(.fromFuture)
    }
  }

  /// A grant with what it hangs on.
  private struct Family {
    var grant: Grant
    var session: Session
    let account: Account
  }

  /// Finds what the token belongs to, and checks all that can have changed since it was issued (A5).
  private func findFamily(
    for request: RefreshRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Result<Family, RefreshDenial> {
    guard let grant = try tx.grant(request.token.grant) else { return .failure(.unknownGrant) }
    guard grant.client == request.client else { return .failure(.otherClient) }
    guard request.onlySession.map({ $0 == grant.session }) ?? true else { return .failure(.otherSession) }
    guard let session = try tx.session(grant.session), let account = try tx.account(session.account) else {
      return .failure(.unknownGrant)
    }
    guard session.ending == nil else { return .failure(.sessionEnded) }
    guard session.isLive(at: now, idleLimit: policy.sessionIdleLimit) else {
      return .failure(.sessionExpired)
    }
    guard grant.endedAt == nil else { return .failure(.grantEnded) }
    guard account.isEnabled else { return .failure(.accountDisabled) }
    if let bound = grant.senderKey {
      guard let shown = request.senderKey, constantTimeEquals(bound, shown) else {
        return .failure(.otherSender)
      }
    }
    switch request.narrowing.refusal(within: grant, policy: policy) {
    case .scope: return .failure(.invalidScope)
    case .resource: return .failure(.invalidResource)
    case .mixedResources: return .failure(.mixedResources)
    case nil: return .success(Family(grant: grant, session: session, account: account))
    }
  }

  private func advance(
    _ family: Family, _ request: RefreshRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> Family {
    var advanced = family
    advanced.grant.generation += 1
    advanced.grant.rotatedAt = now
    advanced.grant.retryKeyHash = request.retryKey?.hash
    advanced.session.lastActiveAt = now
    try tx.update(advanced.grant)
    try tx.update(advanced.session)
    return advanced
  }

  /// Ends one grant, and its session when no other grant is left to it. The access tokens of the session are
  /// revoked either way: they name the session only, and whoever still holds another grant of it gets new
  /// ones at the next refresh.
  private func endGrant(
    _ family: Family, _ request: RefreshRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    var ended = family.grant
    ended.endedAt = now
    try tx.update(ended)
    let cause = RevocationCause.refreshTokenFromFuture
    try record(.grantEnded, family, request, reason: cause.rawValue, in: tx, at: now)
    let others = try tx.grants(of: family.session.id).filter { $0.id != ended.id && $0.endedAt == nil }
    if others.isEmpty {
      try end([family.session], cause: cause, origin: request.origin, in: tx, at: now)
    } else {
      // Two grants that end at once contend for their session's record: one of them finds the other ended.
      try tx.update(family.session)
      try tx.append(Revocation.decide(.sessions([family.session.id]), policy: policy, at: now))
    }
  }

  private func issue(
    _ family: Family, narrowing: GrantNarrowing, position: RevocationPosition, at now: Timestamp
  ) -> IssuedTokens {
    issue(
      family.grant, of: family.session, account: family.account, narrowing: narrowing, position: position,
      at: now)
  }

  private func refuse(
    _ denial: RefreshDenial, _ request: RefreshRequest, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> RefreshOutcome {
    let session = try tx.grant(request.token.grant).flatMap { try tx.session($0.session) }
    try appendOnceInAWhile(
      AuditEvent(
        at: now, kind: .refreshRefused, account: session?.account, session: session?.id,
        client: request.client, origin: request.origin, reason: denial.rawValue),
      of: request.token.grant, in: tx, at: now)
    return .refused(denial)
  }

  private func record(
    _ kind: AuditEvent.Kind, _ family: Family, _ request: RefreshRequest, reason: String = "",
    in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    try tx.append(event(kind, family, request, reason: reason, at: now))
  }

  private func event(
    _ kind: AuditEvent.Kind, _ family: Family, _ request: RefreshRequest, reason: String, at now: Timestamp
  ) -> AuditEvent {
    AuditEvent(
      at: now, kind: kind, account: family.account.id, session: family.session.id,
      client: family.grant.client, origin: request.origin, reason: reason)
  }
}
