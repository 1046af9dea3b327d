import JOSE
import SignetAuthority
import SignetTesting
import Testing

/// A database, a keyring and a configuration that belong together, or do not.
@Suite struct AuthorityOpeningTests {
  @Test func `what was initialised belongs together`() async throws {
    let world = try await World()
    let settings = try await world.read { [authority = world.authority] in
      try authority.checkBelonging(in: $0)
    }
    #expect(settings.issuer == TestAuthority.issuer)
    #expect(settings.createdAt == TestClock.start)
    #expect(settings.revocationEpoch.utf8.count == 11)
  }

  @Test func `an empty database says to run init`() async throws {
    let test = try TestAuthority()
    let error = await #expect(throws: OpeningError.notInitialised) {
      try await test.storage.read { [authority = test.authority] in try authority.checkBelonging(in: $0) }
    }
    #expect(error?.description.contains("signet init") == true)
  }

  @Test func `a database is initialised once`() async throws {
    let world = try await World()
    let records = try await world.read { try $0.signingKeys() }
    await #expect(throws: OpeningError.alreadyInitialised) { try await world.test.initialise() }
    #expect(try await world.read { try $0.signingKeys() } == records)
  }

  @Test func `A1 another keyring is refused, also one that differs in its secret alone`() async throws {
    let world = try await World()
    let lines = [world.authority.keyring, Keyring(from: .seeded(Seed(4)))].map {
      $0.text().split(separator: ".")
    }
    for text in [lines[1].joined(separator: "."), "kr1.\(lines[0][1]).\(lines[1][2])"] {
      let stranger = Authority(
        policy: world.authority.policy, keyring: try Keyring(text: text), random: .seeded(Seed(4)))
      await #expect(throws: OpeningError.wrongKeyring) {
        try await world.read { try stranger.checkBelonging(in: $0) }
      }
    }
  }

  @Test func `a keyring with a new secret in front still opens`() async throws {
    let world = try await World()
    let rotated = try Keyring(text: Keyring(from: .seeded(Seed(4))).text() + world.authority.keyring.text())
    let authority = Authority(policy: world.authority.policy, keyring: rotated, random: .seeded(Seed(4)))
    _ = try await world.read { try authority.checkBelonging(in: $0) }
  }

  @Test func `another issuer is refused, and both are named`() async throws {
    let world = try await World()
    let policy = try AuthorityPolicy(
      issuer: "https://other.example.com", passwords: try #require(PasswordPolicy()))
    let moved = Authority(policy: policy, keyring: world.authority.keyring, random: .seeded(Seed(4)))
    let error = await #expect(throws: OpeningError.self) {
      try await world.read { try moved.checkBelonging(in: $0) }
    }
    #expect(
      error == .otherIssuer(stored: TestAuthority.issuer, configured: "https://other.example.com"))
    #expect(error?.description.contains(TestAuthority.issuer) == true)
  }

  @Test func `a database whose authority was moved is refused until another epoch begins there`() async throws
  {
    let world = try await World()
    try await world.write { _, tx, _ in try tx.handOver(to: "dbname=signet") }
    let error = await #expect(throws: OpeningError.moved(to: "dbname=signet")) {
      try await world.read { [authority = world.authority] in try authority.checkBelonging(in: $0) }
    }
    #expect(error?.description.contains("dbname=signet") == true)
    _ = try await world.read { [authority = world.authority] in try authority.checkOrigin(in: $0) }
    try await world.write { authority, tx, now in
      try authority.beginNewEpoch(origin: TestAuthority.origin, in: tx, at: now)
    }
    _ = try await world.read { [authority = world.authority] in try authority.checkBelonging(in: $0) }
  }

  @Test func `where an authority was moved away nobody logs in and nobody refreshes`() async throws {
    let world = try await World()
    let account = try await world.test.addAccount()
    let before = try await world.test.logIn(account)
    try await world.write { _, tx, _ in try tx.handOver(to: "dbname=signet") }
    await #expect(throws: StorageError.self) { try await world.test.logIn(account) }
    await #expect(throws: StorageError.self) { try await world.test.refresh(before.refreshToken) }
  }
}
