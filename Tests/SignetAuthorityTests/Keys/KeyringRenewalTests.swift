import JOSE
import SignetAuthority
import SignetTesting
import Testing

/// A keyring that has leaked gets a new first line, and loses the old one.
@Suite struct KeyringRenewalTests {
  private static let newLine = Keyring(from: .seeded(Seed(7))).text()

  /// The authority of `world` under another keyring.
  private func authority(_ world: World, _ keyring: String) throws -> Authority {
    Authority(policy: world.authority.policy, keyring: try Keyring(text: keyring), random: .seeded(Seed(7)))
  }

  private func renew(_ authority: Authority, in world: World) async throws -> Int {
    let now = world.clock.now
    return try await world.test.storage.write { tx in
      try authority.renewSeals(origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  @Test func `everything is sealed under the new first line, and the old one can go`() async throws {
    let policy = try AuthorityPolicy(
      issuer: TestAuthority.issuer, passwords: try #require(PasswordPolicy()),
      resources: [
        Resource(name: "orders", audience: TestAuthority.ordersAudience, scopes: [], hasOwnSecret: true)
      ])
    let world = try await World(policy: policy)
    _ = try await world.write { authority, tx, now in
      try authority.makeMissingSecrets(origin: TestAuthority.origin, in: tx, at: now)
    }
    let both = try authority(world, Self.newLine + world.authority.keyring.text())
    let alone = try authority(world, Self.newLine)
    #expect(try await world.read { try both.hasOldSeals(in: $0) })
    await #expect(throws: OpeningError.wrongKeyring) {
      try await world.read { try alone.checkBelonging(in: $0) }
    }
    let before = try await world.read { try $0.signingKeys() }
    #expect(before.count == 4)
    #expect(try await renew(both, in: world) == 5, "the proof, two keys and two secrets")
    #expect(try await world.read { try both.hasOldSeals(in: $0) } == false)
    _ = try await world.read { try alone.checkBelonging(in: $0) }
    let after = try await world.read { try $0.signingKeys() }
    for (old, new) in zip(before, after) {
      let keys = [try alone.privateKey(from: new), try world.authority.privateKey(from: old)]
      #expect(keys[0].privateJSON() == keys[1].privateJSON())
      #expect(throws: SigningKeyError.cannotOpen(keyID: new.keyID)) {
        try world.authority.privateKey(from: new)
      }
    }
    let id = try #require(Self.newLine.split(separator: ".").dropFirst().first)
    #expect(try await world.auditLines().last == "keyring.renewed: \(id)")
  }

  @Test func `what is sealed under the first line already is left alone`() async throws {
    let world = try await World()
    let (records, lines) = (try await world.read { try $0.signingKeys() }, try await world.auditLines())
    let appended = try authority(world, world.authority.keyring.text() + Self.newLine)
    for authority in [world.authority, appended] {
      #expect(try await world.read { try authority.hasOldSeals(in: $0) } == false)
      #expect(try await renew(authority, in: world) == 0)
    }
    #expect(try await world.read { try $0.signingKeys() } == records)
    #expect(try await world.auditLines() == lines)
  }

  @Test func `a key that no line opens stops it, and nothing is half done`() async throws {
    let world = try await World()
    let stranger = try authority(world, Keyring(from: .seeded(Seed(8))).text())
    let now = world.clock.now
    let foreign = try stranger.generateKey(at: now)
    try await world.test.storage.write { tx in try tx.insert(foreign) }
    let (records, settings) = try await world.read { (try $0.signingKeys(), try $0.settings()) }
    let both = try authority(world, Self.newLine + world.authority.keyring.text())
    await #expect(throws: SigningKeyError.cannotOpen(keyID: foreign.keyID)) {
      try await renew(both, in: world)
    }
    #expect(try await world.read { try $0.signingKeys() } == records)
    #expect(try await world.read { try $0.settings() } == settings)
  }

  @Test func `a refresh token lives as long as its line, and no longer`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let both = try Keyring(text: Self.newLine + world.authority.keyring.text())
    let token = try #require(RefreshToken(tokens.refreshToken, keyring: both))
    let alone = try Keyring(text: Self.newLine)
    #expect(RefreshToken(tokens.refreshToken, keyring: alone) == nil)
    #expect(RefreshToken(token.text(keyring: both), keyring: alone) == token)
  }
}
