import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct SigningKeyTests {
  @Test func `a new authority has one key that signs and one that is published ahead`() async throws {
    let world = try await World()
    let records = try await records(in: world)
    #expect(Set(records.map(\.state)) == [.active, .next])
    let keys = try world.authority.signingKeys(from: records)
    #expect(keys.published.keys.count == 2)
    #expect(keys.published.keys.allSatisfy { !$0.isPrivate })
    #expect(keys.signer.keyID == records.first { $0.state == .active }?.keyID)
    // Asked again, nothing is made.
    let more = try world.authority.generateFirstKeys(at: world.clock.now)
    try await world.write { authority, tx, now in
      try authority.makeFirstKeys(more, origin: TestAuthority.origin, in: tx, at: now)
    }
    #expect(try await self.records(in: world) == records)
  }

  @Test func `a key that somebody wrote into the database is not published`() async throws {
    let world = try await World()
    let genuine = try await records(in: world)
    let planted = try JWK.generate(.es256, keyID: "planted")
    let publicJWK = try planted.publicKey().publicJSON().encoded()
    let active = try key(.active, among: genuine)
    let forgeries = [
      // A public half with no private one, or with that of another key, of whatever state.
      ("planted", [UInt8](), publicJWK), ("planted", active.sealedPrivateJWK, publicJWK),
      (active.keyID, active.sealedPrivateJWK, publicJWK),
    ]
    for (keyID, sealed, published) in forgeries {
      for state in [SigningKeyRecord.State.next, .active, .retired] {
        let forgery = SigningKeyRecord(
          keyID: keyID, algorithm: .es256, state: state, publicJWK: published, sealedPrivateJWK: sealed,
          createdAt: TestClock.start)
        #expect(throws: SigningKeyError.self, "\(keyID), \(state)") {
          try world.authority.signingKeys(from: [forgery] + genuine)
        }
      }
    }
    _ = try world.authority.signingKeys(from: genuine)
  }

  @Test func `a rotation waits until the next key has been published long enough`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    world.clock.advance(by: .milliseconds(86_399_999))
    guard case .failure(let refusal) = try await rotate(world) else {
      Issue.record("it rotated")
      return
    }
    #expect(refusal == .publishedTooRecently(readyAt: TestClock.start + .seconds(86_400)))
    #expect(try await records(in: world) == before)
    world.clock.advance(by: .milliseconds(1))
    guard case .success = try await rotate(world) else {
      Issue.record("it did not rotate")
      return
    }
  }

  @Test func `a rotation retires the active key, activates the next, and publishes one more`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let before = try await records(in: world)
    let (active, next) = (try key(.active, among: before), try key(.next, among: before))
    world.clock.advance(by: .seconds(10))
    guard case .success = try await rotate(world, isForced: true) else {
      Issue.record("it did not rotate")
      return
    }
    let after = try await records(in: world)
    #expect(after.count == 3)
    let retired = try key(.retired, among: after)
    #expect(retired.keyID == active.keyID)
    #expect(retired.retiredAt == world.clock.now)
    let activated = try key(.active, among: after)
    #expect(activated.keyID == next.keyID)
    #expect(activated.activatedAt == world.clock.now)
    #expect(!before.map(\.keyID).contains(try key(.next, among: after).keyID))
    #expect(try world.authority.signingKeys(from: after).signer.keyID == next.keyID)
    #expect(try await world.isAccepted(tokens))
    #expect(
      try await world.auditLines().suffix(3) == [
        "key.retired: \(active.keyID)", "key.activated: \(next.keyID)",
        "key.added: \(try key(.next, among: after).keyID)",
      ])
  }

  @Test func `a retired key is published until its last token has expired, whatever the lifetime was`()
    async throws
  {
    let world = try await World()
    _ = try await rotate(world, isForced: true)
    let retired = try key(.retired, among: try await records(in: world))
    world.clock.advance(by: .milliseconds(3_659_999))
    #expect(try await tend(world) == [])
    world.clock.advance(by: .milliseconds(1))
    #expect(try await tend(world) == [.remove(retired.keyID)])
    #expect(
      try await records(in: world).map(\.state).sorted { $0.rawValue < $1.rawValue } == [.active, .next])
    #expect(try await world.auditLines().last == "key.removed: \(retired.keyID)")
  }

  @Test func `without a next key a rotation makes one and keeps the signer`() async throws {
    let world = try await World()
    let before = try await records(in: world)
    let (active, next) = (try key(.active, among: before), try key(.next, among: before))
    try await world.write { _, tx, _ in try tx.deleteSigningKey(next.keyID) }
    guard case .failure = try await rotate(world, isForced: true) else {
      Issue.record("it rotated")
      return
    }
    let after = try await records(in: world)
    #expect(try key(.active, among: after).keyID == active.keyID)
    #expect(after.count == 2)
    guard case .success = try await rotate(world, isForced: true) else {
      Issue.record("it did not rotate")
      return
    }
  }

  @Test func `no key's name looks like an option, and every other first character occurs`() async throws {
    let world = try await World()
    var first: Set<Character> = []
    for _ in 0..<2_000 {
      let key = try world.authority.generateKey(for: "x", at: world.clock.now)
      first.insert(try #require(key.keyID.first))
    }
    #expect(!first.contains("-") && first.count == 63)
  }

  @Test func `keys that cannot be used stop the authority`() async throws {
    let world = try await World()
    let records = try await records(in: world)
    let active = try key(.active, among: records)
    let stranger = Authority(
      policy: world.authority.policy, keyring: Keyring(from: .seeded(Seed(3))), random: .seeded(Seed(3)))
    #expect(throws: SigningKeyError.cannotOpen(keyID: active.keyID)) {
      try stranger.signingKeys(from: records)
    }
    #expect(throws: SigningKeyError.noActiveKey) {
      try world.authority.signingKeys(from: records.filter { $0.state != .active })
    }
    #expect(throws: SigningKeyError.noActiveKey) { try world.authority.signingKeys(from: []) }
    let damaged = active.with(publicJWK: Array("{".utf8), sealed: active.sealedPrivateJWK)
    #expect(throws: SigningKeyError.damaged(keyID: active.keyID)) {
      try world.authority.signingKeys(from: [damaged])
    }
  }

  @Test func `a sealed key opens under its own name only`() async throws {
    let world = try await World()
    let records = try await records(in: world)
    let (active, next) = (try key(.active, among: records), try key(.next, among: records))
    // Somebody who can write the database puts one key's private half under the other's name.
    let swapped = active.with(publicJWK: active.publicJWK, sealed: next.sealedPrivateJWK)
    #expect(throws: SigningKeyError.cannotOpen(keyID: active.keyID)) {
      try world.authority.signingKeys(from: [swapped])
    }
  }

  @Test func `the database holds no private key that can be read`() async throws {
    let world = try await World()
    for record in try await records(in: world) {
      let published = try JWK(parsing: record.publicJWK)
      #expect(!published.isPrivate)
      #expect(published.keyID == record.keyID)
      let opened = try #require(
        world.authority.keyring.open(record.sealedPrivateJWK, context: "signing key \(record.keyID)"))
      let secret = try JWK(parsing: opened)
      #expect(secret.isPrivate)
      let text = String(decoding: record.publicJWK + record.sealedPrivateJWK, as: UTF8.self)
      #expect(!text.contains("\"d\""))
      #expect(secret.thumbprint() == published.thumbprint())
    }
  }

  private func records(in world: World) async throws -> [SigningKeyRecord] {
    try await world.read { try $0.signingKeys() }
  }

  private func key(
    _ state: SigningKeyRecord.State, among records: [SigningKeyRecord]
  ) throws -> SigningKeyRecord {
    let matching = records.filter { $0.state == state }
    #expect(matching.count == 1)
    return try #require(matching.first)
  }

  private func rotate(
    _ world: World, isForced: Bool = false
  ) async throws -> Result<Void, KeyRotationRefusal> {
    let fresh = try world.authority.generateKey(at: world.clock.now)
    return try await world.write { authority, tx, now in
      try authority.rotateKeys(
        adding: fresh, isForced: isForced, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func tend(_ world: World) async throws -> [KeySchedule.Step] {
    try await world.write { authority, tx, now in
      try authority.tendKeys(adding: nil, origin: TestAuthority.origin, in: tx, at: now)
    }
  }
}

extension SigningKeyRecord {
  fileprivate func with(publicJWK: [UInt8], sealed: [UInt8]) -> SigningKeyRecord {
    SigningKeyRecord(
      keyID: keyID, algorithm: algorithm, state: state, publicJWK: publicJWK, sealedPrivateJWK: sealed,
      createdAt: createdAt)
  }
}
