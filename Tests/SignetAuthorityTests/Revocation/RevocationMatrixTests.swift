import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What ends a session, against all that must hear of it. A cause that is added has to get its row: `provoke`
/// is a `switch` over all of them.
@Suite struct RevocationMatrixTests {
  /// What must be over, and what must tell of it.
  enum Artefact: String, CaseIterable {
    case session, grant, refreshToken, accessToken, log, feed, audit
  }

  @Test(arguments: RevocationCause.allCases, Artefact.allCases)
  func `A6 each cause reaches each artefact`(cause: RevocationCause, artefact: Artefact) async throws {
    let world = try await World(policy: try TestAuthority.policy(sessionsPerAccount: 3))
    let account = try await world.test.addAccount("ada", roles: ["clerk"])
    let bystander = try await world.test.logIn(try await world.test.addAccount("eve"))
    let victim = try await world.test.logIn(account)
    #expect(try await world.isAccepted(victim))
    let last = try await provoke(cause, victim, of: account, in: world) ?? victim
    #expect(try await reaches(artefact, last, cause, in: world))
    // A restore leaves nobody; all else leaves everybody else.
    #expect(try await world.isAccepted(bystander) == (cause != .restored))
  }

  @Test func `A6 a revoked key reaches access tokens, log, feed and audit, and ends no session`() async throws
  {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let principal = try await principal(of: tokens, in: world)
    _ = try await world.write { authority, tx, now in
      let fresh = try authority.generateFirstKeys(at: now)
      return try authority.revokeKey(
        principal.keyID, adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
    }
    let subject = RevocationSubject(.key, id: principal.keyID, issuer: TestAuthority.issuer)
    #expect(world.revocations.map(\.subject) == [subject])
    #expect(try await feed(of: world).revokes(principal))
    #expect(try await world.auditLines().contains("key.revoked: \(principal.keyID)"))
    #expect(try await world.test.refresh(tokens.refreshToken).tokens != nil)
  }

  // MARK: Rows

  /// Does what brings the cause about.
  /// - Returns: The victim's tokens, when it has got newer ones meanwhile.
  private func provoke(
    _ cause: RevocationCause, _ victim: IssuedTokens, of account: Account, in world: World
  ) async throws -> IssuedTokens? {
    let (origin, session, id) = (TestAuthority.origin, victim.session.id, account.id)
    switch cause {
    case .logout:
      #expect(try await world.logOut(victim))
    case .administrator:
      _ = try await world.write { authority, tx, now in
        try authority.endSession(session, cause: cause, origin: origin, in: tx, at: now)
      }
    case .logoutEverywhere:
      _ = try await world.write { authority, tx, now in
        try authority.endSessions(of: id, cause: cause, origin: origin, in: tx, at: now)
      }
    case .logoutOthers:
      let kept = try await world.test.logIn(account).session.id
      _ = try await world.write { authority, tx, now in
        try authority.endSessions(of: id, except: kept, cause: cause, origin: origin, in: tx, at: now)
      }
    case .replaced:
      _ = try await world.test.logIn(
        account, request: SessionRequest(origin: origin, replacing: session))
    case .crowdedOut:
      for _ in 0..<3 { _ = try await world.test.logIn(account) }
    case .passwordChanged:
      _ = try await world.write { authority, tx, now in
        try authority.changePassword(
          of: id, to: try TestAuthority.passwordHash(), checkedVersion: nil, keeping: nil, origin: origin,
          in: tx, at: now)
      }
    case .accountDisabled:
      #expect(try await world.disable(account) == 1)
    case .rolesChanged:
      _ = try await world.write { authority, tx, now in
        try authority.changeRoles(of: id, to: [], origin: origin, in: tx, at: now)
      }
    case .refreshTokenReused:
      return try await reuse(victim, in: world)
    case .refreshTokenFromFuture:
      return try await lose(victim, in: world)
    case .restored:
      try await world.write { authority, tx, now in
        try authority.beginNewEpoch(origin: origin, in: tx, at: now)
        _ = try authority.endAllSessions(
          ofAccountsAfter: nil, limit: 100, cause: cause, origin: origin, in: tx, at: now)
      }
    }
    return nil
  }

  /// A spent token is presented later than the grace.
  private func reuse(_ victim: IssuedTokens, in world: World) async throws -> IssuedTokens {
    let next = try #require(try await world.test.refresh(victim.refreshToken).tokens)
    world.clock.advance(by: .seconds(11))
    #expect(try await world.test.refresh(victim.refreshToken).denial == .reused)
    return next
  }

  /// The database loses a rotation, and then sees what it has issued.
  private func lose(_ victim: IssuedTokens, in world: World) async throws -> IssuedTokens {
    let next = try #require(try await world.test.refresh(victim.refreshToken).tokens)
    try await world.write { _, tx, _ in
      var grant = try #require(try tx.grant(next.grant.id))
      grant.generation = 1
      try tx.update(grant)
    }
    #expect(try await world.test.refresh(next.refreshToken).denial == .fromFuture)
    return next
  }

  // MARK: Columns

  private func reaches(
    _ artefact: Artefact, _ victim: IssuedTokens, _ cause: RevocationCause, in world: World
  ) async throws -> Bool {
    switch artefact {
    case .session:
      return try await world.session(victim.session.id)?.ending?.cause == cause
    case .grant:
      // Also with the token that is current, wherever it is.
      let grant = try #require(try await world.read { try $0.grant(victim.grant.id) })
      let current = RefreshToken(victim.refreshToken, keyring: world.authority.keyring)
      #expect(current?.generation == grant.generation || cause == .refreshTokenFromFuture)
      return try await world.test.refresh(victim.refreshToken).tokens == nil
    case .refreshToken:
      let denial = try await world.test.refresh(victim.refreshToken, retryKey: "another-retry-key").denial
      return [.sessionEnded, .grantEnded].contains(denial)
    case .accessToken:
      return try await world.isAccepted(victim) == false
    case .log:
      let subjects = Set(world.revocations.map(\.subject))
      return [(.session, victim.session.id.description), (.issuer, "")].contains { kind, id in
        subjects.contains(RevocationSubject(kind, id: id, issuer: TestAuthority.issuer))
      }
    case .feed:
      return try await feed(of: world).revokes(try await principal(of: victim, in: world))
    case .audit:
      return try await world.auditLines().contains("session.ended: \(cause.rawValue)")
    }
  }

  /// What a verifier knows that has followed the feed since before anything ended.
  private func feed(of world: World) async throws -> RevocationView {
    let issuer = TestAuthority.issuer
    let key = try JWK.generate(.edDSA, keyID: "feed")
    let keys = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try key.publicKey()]), algorithms: RevocationBatchVerifier.algorithms)
    let (log, now) = (try await world.read { try $0.revocations(after: 0, limit: 100) }, world.clock.now)
    let head = try await world.read { try $0.revocationPosition() }
    let batch = RevocationBatch(
      epoch: head.epoch, from: 0, to: head.sequence, entries: log, asOf: now, signedAt: now)
    let token = Array(try batch.token(of: issuer, with: try SigningKey(key)).utf8)
    let received = try RevocationBatchVerifier(issuer: issuer).verify(token, with: keys, at: now)
    var feed = RevocationFeed(issuer: issuer)
    #expect(feed.receive(received, at: ClockReading(time: now, uptime: .zero)) == .applied)
    return feed.view
  }

  /// Whom the access token speaks for, before anything is taken back.
  private func principal(of tokens: IssuedTokens, in world: World) async throws -> Principal {
    let keys = try world.authority.signingKeys(from: try await world.read { try $0.signingKeys() })
    let text = try JWT.sign(tokens.accessToken.claims, type: "at+jwt", with: keys.signer)
    let policy = try VerificationPolicy(
      issuer: TestAuthority.issuer, audience: TestAuthority.ordersAudience, algorithms: [.es256])
    let verdict = TokenVerifier(policy: policy).verify(
      Array(text.utf8), keys: KeySnapshot(epoch: 1, keys: keys.published, algorithms: policy.algorithms),
      revocations: .empty, at: world.clock.now)
    guard case .allow(let principal) = verdict else { throw FixtureError() }
    return principal
  }
}
