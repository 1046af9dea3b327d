import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// The refresh as an operation on the storage.
@Suite struct RefreshTests {
  private static let retryKey = "retry-key-of-the-client"

  @Test func `A4 the current token advances the family by one`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    world.clock.advance(by: .seconds(60))
    let outcome = try await world.test.refresh(first.refreshToken)
    let second = try #require(outcome.tokens)
    #expect(outcome.isRetry == false)
    #expect(second.refreshToken != first.refreshToken)
    #expect(second.session.id == first.session.id)
    #expect(second.grant.id == first.grant.id)
    let (grant, session) = try await world.read {
      (try $0.grant(first.grant.id), try $0.session(first.session.id))
    }
    #expect(grant?.generation == 2)
    #expect(grant?.rotatedAt == world.clock.now)
    #expect(session?.lastActiveAt == world.clock.now)
    #expect(try await world.isAccepted(second))
  }

  @Test func `A4 a spent token within the grace gets the same successor and moves nothing`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    let before = try await world.read { try $0.grant(first.grant.id) }
    world.clock.advance(by: .seconds(10))
    let outcome = try await world.test.refresh(first.refreshToken)
    #expect(outcome.isRetry == true)
    #expect(outcome.tokens?.refreshToken == second.refreshToken)
    #expect(try await world.read { try $0.grant(first.grant.id) } == before)
    #expect(try await world.auditLines().last == "refresh.retried: within_grace")
    // The access token is a new one: the answer that was lost may have been read by somebody.
    let tokenIDs = [second, try #require(outcome.tokens)].map { $0.accessToken.claim("jti") }
    #expect(tokenIDs[0] != tokenIDs[1])
  }

  @Test func `a client that retries often does not hide a retry from elsewhere`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    _ = try await world.test.refresh(first.refreshToken)
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.1", "198.51.100.7"] {
      let origin = RequestOrigin(requestID: "retry", address: address)
      #expect(try await world.test.refresh(first.refreshToken, origin: origin).isRetry == true)
    }
    let events = try await world.read { try $0.auditEvents(of: nil, before: nil, limit: 100) }
    let addresses = events.filter { $0.kind == .refreshRetried }.map(\.origin.address)
    #expect(addresses == ["198.51.100.7", "192.0.2.1"])
  }

  @Test func `A4 a spent token after the grace ends the session`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    #expect(try await world.isAccepted(second))
    world.clock.advance(by: .milliseconds(10_001))
    #expect(try await world.test.refresh(first.refreshToken).denial == .reused)
    #expect(try await world.session(first.session.id)?.ending?.cause == .refreshTokenReused)
    #expect(try await world.isAccepted(second) == false)
    #expect(try await world.test.refresh(second.refreshToken).denial == .sessionEnded)
    #expect(
      try await world.auditLines().suffix(3) == [
        "refresh.reused", "session.ended: refresh_token_reused", "refresh.refused: session_ended",
      ])
  }

  @Test func `A4 a token two behind is reuse even within the grace`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    _ = try await world.test.refresh(second.refreshToken)
    #expect(try await world.test.refresh(first.refreshToken).denial == .reused)
  }

  @Test func `a retry key gets the same successor until the idle limit, and not beyond`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let second = try #require(
      try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey).tokens)
    world.clock.advance(by: .seconds(3599))
    let retried = try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey)
    #expect(retried.isRetry == true)
    #expect(retried.tokens?.refreshToken == second.refreshToken)
    #expect(try await world.auditLines().last == "refresh.retried: retry_key")
    // A retry does not count as activity.
    world.clock.advance(by: .seconds(1))
    let late = try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey)
    #expect(late.denial == .sessionExpired)
  }

  @Test func `another retry key after the grace is reuse`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    _ = try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey)
    world.clock.advance(by: .seconds(11))
    let outcome = try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey + "x")
    #expect(outcome.denial == .reused)
  }

  @Test func `the retry key of one rotation proves nothing about the next`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let second = try #require(
      try await world.test.refresh(first.refreshToken, retryKey: Self.retryKey).tokens)
    _ = try await world.test.refresh(second.refreshToken)
    world.clock.advance(by: .seconds(11))
    let outcome = try await world.test.refresh(second.refreshToken, retryKey: Self.retryKey)
    #expect(outcome.denial == .reused)
  }

  @Test func `a token of a generation that was never issued ends the grant, and its session with the last`()
    async throws
  {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    try await rewind(first.grant.id, in: world)
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    try await rewind(first.grant.id, in: world)
    #expect(try await world.test.refresh(second.refreshToken).denial == .fromFuture)
    #expect(try await world.read { try $0.grant(first.grant.id) }?.endedAt == world.clock.now)
    #expect(try await world.session(first.session.id)?.ending?.cause == .refreshTokenFromFuture)
    #expect(try await world.isAccepted(second) == false)
    #expect(
      try await world.auditLines().suffix(3) == [
        "refresh.from_future", "grant.ended: refresh_token_from_future",
        "session.ended: refresh_token_from_future",
      ])
  }

  @Test func `another grant of the session outlives the one that is ended`() async throws {
    let world = try await World()
    let first = try await world.test.logIn(try await world.test.addAccount())
    let other = Grant(
      id: GrantID(from: .seeded(Seed(5))), session: first.session.id, client: .firstParty, scopes: [],
      resources: [TestAuthority.ordersAudience], rotatedAt: world.clock.now, createdAt: world.clock.now)
    try await world.write { _, tx, _ in try tx.insert(other) }
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    try await rewind(first.grant.id, in: world)
    #expect(try await world.test.refresh(second.refreshToken).denial == .fromFuture)
    #expect(try await world.session(first.session.id)?.ending == nil)
    #expect(try await world.isAccepted(second) == false, "its access tokens are taken back all the same")
    #expect(try await world.test.refresh(second.refreshToken).denial == .grantEnded)
  }

  @Test func `a text that is no token of ours never becomes a request`() async throws {
    let world = try await World()
    let forged = String(repeating: "A", count: 82)
    #expect(RefreshToken(forged, keyring: world.authority.keyring) == nil)
    await #expect(throws: FixtureError.self) { _ = try await world.test.refresh(forged) }
  }

  /// Puts a grant's generation back to 1, as a restore from a backup would.
  private func rewind(_ id: GrantID, in world: World) async throws {
    try await world.write { _, tx, _ in
      var grant = try #require(try tx.grant(id))
      grant.generation = 1
      try tx.update(grant)
    }
  }
}
