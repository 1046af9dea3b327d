import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@Suite struct KeyRevocationTests {
  @Test func `a revoked key that signs is gone, and the next one signs at once`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    let (active, next) = (try key(.active, among: before), try key(.next, among: before))
    #expect(try await revoke(active.keyID, in: world))
    let after = try await records(in: world)
    #expect(after.count == 2)
    #expect(!after.map(\.keyID).contains(active.keyID))
    #expect(try key(.active, among: after).keyID == next.keyID)
    #expect(try key(.active, among: after).activatedAt == world.clock.now)
    let keys = try world.authority.signingKeys(from: after)
    #expect(keys.signer.keyID == next.keyID)
    #expect(!keys.published.keys.contains { $0.keyID == active.keyID })
    #expect(
      try await world.auditLines().suffix(3) == [
        "key.revoked: \(active.keyID)", "key.activated: \(next.keyID)",
        "key.added: \(try key(.next, among: after).keyID)",
      ])
  }

  @Test func `without a next key a fresh one signs, and another is made ahead`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    let (active, next) = (try key(.active, among: before), try key(.next, among: before))
    try await world.write { _, tx, _ in try tx.deleteSigningKey(next.keyID) }
    #expect(try await revoke(active.keyID, in: world))
    let after = try await records(in: world)
    #expect(Set(after.map(\.keyID)).isDisjoint(with: before.map(\.keyID)))
    #expect(Set(after.map(\.state)) == [.active, .next] && after.count == 2)
  }

  @Test func `a revoked key that does not sign leaves the signer alone`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    let (active, next) = (try key(.active, among: before), try key(.next, among: before))
    #expect(try await revoke(next.keyID, in: world))
    let after = try await records(in: world)
    #expect(try key(.active, among: after).keyID == active.keyID)
    #expect(try key(.next, among: after).keyID != next.keyID)
    // And a retired one: only the number of keys changes.
    let fresh = try world.authority.generateKey(at: world.clock.now)
    _ = try await world.write { authority, tx, now in
      try authority.rotateKeys(
        adding: fresh, isForced: true, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(try await revoke(active.keyID, in: world))
    #expect(try await records(in: world).count == 2)
    #expect(world.revocations.count == 2)
  }

  @Test func `an unknown key is not revoked, and one that is gone not twice`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    let active = try key(.active, among: before)
    #expect(try await !revoke("nobody's", in: world))
    #expect(try await !revoke("", in: world))
    #expect(try await records(in: world) == before && world.revocations.isEmpty)
    #expect(try await revoke(active.keyID, in: world))
    #expect(try await !revoke(active.keyID, in: world))
    #expect(world.revocations.count == 1)
  }

  @Test func `the log kills every token of a revoked key for as long as a verifier may keep it`() async throws
  {
    let world = try await World()
    let keys = try world.authority.signingKeys(from: try await records(in: world))
    let revoked = try #require(keys.signer.keyID)
    var cache = KeyCache(algorithms: [.es256])
    cache.fetchSucceeded(keys.published, maximumAge: nil, at: world.clock.now)
    let settings = try #require(try await world.read { try $0.settings() })
    func verdict() throws -> Verdict {
      let claims: JSON = [
        "iss": .string(TestAuthority.issuer), "sub": "ada", "aud": .string(TestAuthority.ordersAudience),
        "exp": .integer(world.clock.now.seconds + 300), "iat": .integer(world.clock.now.seconds), "jti": "t",
        // However much of the log it has seen: whoever has the key writes what it likes.
        "client_id": "signet", "rv": .string("\(settings.revocationEpoch).1000000"),
      ]
      let token = try JWT.sign(claims, type: "at+jwt", with: keys.signer)
      let policy = try VerificationPolicy(
        issuer: TestAuthority.issuer, audience: TestAuthority.ordersAudience, algorithms: [.es256])
      return TokenVerifier(policy: policy).verify(
        Array(token.utf8), keys: cache.snapshot(at: world.clock.now),
        revocations: RevocationView(epoch: settings.revocationEpoch)
          .applying(world.revocations, at: world.clock.now), at: world.clock.now)
    }
    guard case .allow = try verdict() else {
      Issue.record("the token is not good to begin with")
      return
    }
    world.clock.advance(by: .milliseconds(1))
    #expect(try await revoke(revoked, in: world))
    #expect(KeyCacheLimits().hardLimit <= Revocation.keyCacheHardLimit)
    // The verifier hears the log, but never fetches the key set again.
    world.clock.advance(by: Revocation.keyCacheHardLimit - .milliseconds(2))
    guard case .deny(let rejection) = try verdict(), rejection.reason == .revoked else {
      Issue.record("it is not refused as revoked")
      return
    }
    world.clock.advance(by: .milliseconds(2))
    guard case .needsKeys(revoked) = try verdict() else {
      Issue.record("the verifier believes the key still")
      return
    }
    // And once it has fetched, the key is nobody's.
    let published = try world.authority.signingKeys(from: try await records(in: world)).published
    cache.fetchSucceeded(published, maximumAge: nil, at: world.clock.now)
    guard case .needsKeys(revoked) = try verdict() else {
      Issue.record("the key is still published")
      return
    }
    #expect(cache.missed(revoked, at: world.clock.now) == .refuse)
  }

  private func records(in world: World) async throws -> [SigningKeyRecord] {
    try await world.read { try $0.signingKeys() }
  }

  private func key(
    _ state: SigningKeyRecord.State, among records: [SigningKeyRecord]
  ) throws -> SigningKeyRecord {
    try #require(records.first { $0.state == state })
  }

  private func revoke(_ keyID: String, in world: World) async throws -> Bool {
    let fresh = try world.authority.generateFirstKeys(at: world.clock.now)
    return try await world.write { authority, tx, now in
      try authority.revokeKey(keyID, adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
    }
  }
}
