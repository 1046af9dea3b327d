import HummingbirdTokenVerification
import JOSE
import SignetAuthority
import SignetTesting
import Synchronization
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct KeyOperationTests {
  private func service(_ storage: any AuthorityStorage) async throws -> AuthorityService {
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    return try await RunningAuthority.makeService(options, clock: TestClock(), logger: LogRecorder().logger)
  }

  @Test func `once a rotation is committed the new key signs, whatever fails afterwards`() async throws {
    let storage = FailingStorage()
    let service = try await service(storage)
    let old = service.keys.current.signer.keyID
    storage.failReads(with: .unavailable("the disk has gone"))
    let records = try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
    let active = records.first { $0.state == .active }?.keyID
    #expect(active != old)
    #expect(service.keys.current.signer.keyID == active)
    #expect(service.keys.snapshot.keyIDs == Set(records.map(\.keyID)))
    let answer = await Administration(service: service)
      .answer(.rotateKeys(isForced: true), by: Administrator(userID: 1000))
    guard case .keys(let keys) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(service.keys.current.signer.keyID == keys.first { $0.state == "active" }?.keyID)
  }

  @Test func `a rotation that is not committed changes nothing`() async throws {
    let storage = FailingStorage()
    let service = try await service(storage)
    let before = service.keys.document.entityTag
    storage.fail(with: .unavailable("disk full"))
    await #expect(throws: StorageError.self) {
      try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
    }
    #expect(service.keys.document.entityTag == before)
    storage.fail(with: nil)
    #expect(try await service.storage.read { try $0.signingKeys() }.count == 2)
  }

  @Test func `a rotation to a key that does not open is not committed`() async throws {
    let service = try await service(MemoryStorage())
    let stranger = Authority(
      policy: service.authority.policy, keyring: Keyring(from: .seeded(Seed(9))), random: .seeded(Seed(9)))
    let now = service.clock()
    try await service.storage.write { tx in
      for key in try tx.signingKeys() where key.state == .next { try tx.deleteSigningKey(key.keyID) }
      try tx.insert(try stranger.generateKey(at: now))
    }
    await #expect(throws: SigningKeyError.self) {
      try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
    }
    #expect(service.keys.current.signer.keyID != nil)
    let stored = try await service.storage.read { try $0.signingKeys() }
    #expect(stored.first { $0.state == .active }?.keyID == service.keys.current.signer.keyID)
  }

  @Test func `of two changes at once the one that was made last wins`() async throws {
    let service = try await service(MemoryStorage())
    let early = service.keys.ticket()
    let stale = service.keys.current
    _ = try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
    let fresh = service.keys.current.signer.keyID
    service.keys.replace(with: stale, ticket: early)
    #expect(service.keys.current.signer.keyID == fresh)
  }

  @Test func `keys are made where no request waits for them`() async throws {
    let service = try await service(MemoryStorage())
    let places = Mutex<[Bool]>([])
    let random = SecureRandom { [random = service.authority.random] count in
      places.withLock { $0.append(KeyGeneration.isHere) }
      return random.bytes(count)
    }
    let watched = AuthorityService(
      authority: Authority(
        policy: try TestAuthority.policy(signingAlgorithm: .edDSA), keyring: service.authority.keyring,
        random: random),
      storage: service.storage, hasher: service.hasher, keys: service.keys, revocations: service.revocations,
      hub: service.hub, metrics: service.metrics, clock: service.clock, logger: service.logger,
      decoy: service.decoy)
    try await watched.tendKeys()
    _ = try await watched.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
    let signer = try #require(watched.keys.current.signer.keyID)
    _ = try #require(try await watched.revokeKey(signer, origin: TestAuthority.origin))
    #expect(places.withLock { $0 } == [true, true, true, true])
    #expect(!KeyGeneration.isHere)
  }

  @Test func `upkeep makes the key ahead anew when another algorithm is configured`() async throws {
    let storage = MemoryStorage()
    let clock = TestClock()
    let service = try await service(storage)
    let restarted = AuthorityService(
      authority: Authority(
        policy: try TestAuthority.policy(signingAlgorithm: .edDSA), keyring: service.authority.keyring,
        random: service.authority.random),
      storage: storage, hasher: service.hasher, keys: service.keys, revocations: service.revocations,
      hub: service.hub, metrics: service.metrics, clock: { clock.now }, logger: service.logger,
      decoy: service.decoy)
    try await restarted.tendKeys()
    let records = try await storage.read { try $0.signingKeys() }
    #expect(records.count == 2)
    #expect(records.first { $0.state == .next }?.algorithm == .edDSA)
    #expect(records.first { $0.state == .active }?.algorithm == .es256)
    #expect(restarted.keys.snapshot.keyIDs == Set(records.map(\.keyID)))
  }

  @Test func `a revoked key's tokens are refused at once, and a refresh brings good ones`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let before = try await running.logIn()
      #expect(try await running.api.get("/api/v1/me", before.bearer).status == 200)
      let signer = try #require(running.service.keys.current.signer.keyID)
      let administration = Administration(service: running.service)
      let answer = await administration.answer(.revokeKey(signer), by: Administrator(userID: 1000))
      guard case .keys(let keys) = answer else {
        Issue.record("\(answer)")
        return
      }
      #expect(keys.map(\.state) == ["active", "next"] && !keys.map(\.keyID).contains(signer))
      #expect(try await running.api.get("/api/v1/me", before.bearer).status == 401)
      let published = try await running.api.get("/.well-known/jwks.json").json()["keys"]?.elements ?? []
      #expect(Set(published.compactMap { $0["kid"]?.string }) == Set(keys.map(\.keyID)))
      let refreshed = try APITokens(
        await running.api.post("/api/v1/refresh", ["refresh_token": .string(before.refresh)]))
      #expect(try await running.api.get("/api/v1/me", refreshed.bearer).status == 200)
      let again = await administration.answer(.revokeKey(signer), by: Administrator(userID: 1000))
      guard case .refused(let refusal) = again else {
        Issue.record("\(again)")
        return
      }
      #expect(refusal.code == "no_such_key")
      let event = try #require(try await running.auditEvents().first { $0.kind == .keyRevoked })
      #expect(event.reason == signer && event.origin.userAgent == "signet command, uid 1000")
    }
  }

  @Test func `a revocation of a key outlives a restart`() async throws {
    let storage = MemoryStorage()
    let service = try await service(storage)
    let signer = try #require(service.keys.current.signer.keyID)
    _ = try #require(try await service.revokeKey(signer, origin: TestAuthority.origin))
    let revocations = RevocationState()
    let restarted = try await AuthorityService.open(
      service.authority, storage: storage, hasher: service.hasher, revocations: revocations,
      clock: service.clock, logger: service.logger)
    #expect(restarted.keys.current.published[signer] == nil)
    #expect(restarted.keys.current.signer.keyID == service.keys.current.signer.keyID)
    #expect(revocations.view.count == 1)
  }
}
