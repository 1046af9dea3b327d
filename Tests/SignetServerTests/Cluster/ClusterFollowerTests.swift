import HummingbirdTokenVerification
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Synchronization
import Testing
import TokenVerification

@testable import SignetServer

/// What one node hears of the others, without a database between them: see `Scripts/Postgres/cluster.txt` for
/// that.
@Suite struct ClusterFollowerTests {
  /// Another node of the authority of `service`.
  private static func neighbour(
    of service: AuthorityService, log: LogRecorder = LogRecorder()
  ) async throws -> AuthorityService {
    try await AuthorityService.open(
      service.authority, storage: service.storage, hasher: service.hasher, revocations: RevocationState(),
      clock: service.clock, logger: log.logger)
  }

  /// Runs `body` beside a follower of `service`.
  private static func following(
    _ service: AuthorityService, pause: @escaping @Sendable (Duration) async throws -> Void = { _ in },
    _ body: @Sendable (ClusterFollower) async throws -> Void
  ) async throws {
    let follower = ClusterFollower(service: service, pause: pause)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await follower.run() }
      try await body(follower)
      group.cancelAll()
    }
  }

  /// Waits for `condition`, but not for ever: what follows says whether it holds.
  private static func until(_ condition: () -> Bool) async {
    for _ in 0..<1_000_000 where !condition() { await Task.yield() }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a node signs and verifies with the keys that another has changed`() async throws {
    try await RunningAuthority.run { running in
      let other = try await Self.neighbour(of: running.service)
      let leaked = try #require(running.service.keys.current.signer.keyID)
      _ = try await other.revokeKey(leaked, origin: TestAuthority.origin)
      #expect(running.service.keys.snapshot.keyIDs.contains(leaked))
      try await Self.following(running.service) { follower in
        follower.hear(.signingKeysChanged)
        await Self.until { !running.service.keys.snapshot.keyIDs.contains(leaked) }
      }
      #expect(running.service.keys.current.signer.keyID == other.keys.current.signer.keyID)
      #expect(running.service.keys.document.entityTag == other.keys.document.entityTag)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `keys that were read before another node's change never take the place of it`() async throws {
    try await RunningAuthority.run { running in
      let other = try await Self.neighbour(of: running.service)
      let service = running.service
      let before = try await service.storage.read { try $0.signingKeys() }
      // Upkeep that changes nothing reads the keys, and is told of its commit late.
      let ticket = service.keys.ticket()
      _ = try await other.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      try await service.reloadKeys()
      service.keys.replace(with: try service.authority.signingKeys(from: before), ticket: ticket)
      #expect(service.keys.current.signer.keyID == other.keys.current.signer.keyID)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a revoked key that the database has back is revoked again, and no new epoch brings it back`()
    async throws
  {
    try await RunningAuthority.run { running in
      let service = running.service
      let issuer = service.authority.policy.issuer
      let leaked = try #require(service.keys.current.signer.keyID)
      // This node has heard of it; the database, an older state of itself, has not.
      let entry = RevocationEntry(
        sequence: 100, subject: RevocationSubject(.key, id: leaked, issuer: issuer), ignoresPosition: true,
        expiresAt: service.clock() + .seconds(600))
      service.revocations.apply([entry], at: service.clock())
      try await Self.following(service) { follower in
        follower.hear(.revocationLogWentBack(heard: 100))
        await Self.until { !service.keys.snapshot.keyIDs.contains(leaked) }
        #expect(service.keys.current.signer.keyID != leaked)
        let stored = try await service.storage.read { try $0.signingKeys() }
        #expect(!stored.contains { $0.keyID == leaked })
        let (epoch, _) = try await Self.neighbour(of: service).beginEpoch(origin: TestAuthority.origin)
        follower.hear(.revocationEpochBegan)
        await Self.until { service.revocations.view.position?.epoch == epoch }
      }
      #expect(service.revocations.view.revokes(keyID: leaked, of: issuer))
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a new epoch that another node has begun ends every token here`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let other = try await Self.neighbour(of: running.service)
      let (epoch, ended) = try await other.beginEpoch(origin: TestAuthority.origin)
      #expect(ended == 1)
      try await Self.following(running.service) { follower in
        follower.hear(.revocationEpochBegan)
        await Self.until { running.service.revocations.view.position?.epoch == epoch }
      }
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      #expect(
        try await running.api.post("/api/v1/refresh", ["refresh_token": .string(tokens.refresh)]).status
          == 401)
      let fresh = try await running.logIn()
      #expect(try await running.api.get("/api/v1/me", fresh.bearer).status == 200)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `what could not be read is read again, until it can`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    try await RunningAuthority.run(options) { running in
      let other = try await Self.neighbour(of: running.service)
      _ = try await other.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      let failures = Mutex(0)
      storage.failReads(with: .unavailable("gone"))
      try await Self.following(running.service) { _ in
        let count = failures.withLock { failures in
          failures += 1
          return failures
        }
        if count == 3 { storage.failReads(with: nil) }
      } _: { follower in
        follower.hear(.signingKeysChanged)
        await Self.until {
          running.service.keys.current.signer.keyID == other.keys.current.signer.keyID
        }
      }
      #expect(failures.withLock { $0 } == 3)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a node without its database is not ready, and still tells good tokens from bad ones`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    options.servesMetrics = true
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let follower = ClusterFollower(service: running.service)
      follower.hear(.lost(reason: "connection refused"))
      // Without a question to the database, which may take its time to fail.
      #expect(try await running.api.get("/health/ready").status == 503)
      storage.fail(with: .unavailable("connection refused"))
      for _ in 0..<3 {
        #expect(try await running.api.get("/health/ready").status == 503)
        let answer = try await running.api.get("/api/v1/me", tokens.bearer)
        #expect(answer.status == 503 && answer.headers.first(name: "retry-after") == "5")
        let login = try await running.api.post("/api/v1/login", ["login": "ada", "password": "x"])
        #expect(login.status == 503 && login.code == "unavailable")
        let forged = try await running.api.get("/api/v1/me", ["Authorization": "Bearer e30.e30.e30"])
        #expect(forged.status == 401 || forged.status == 400)
        #expect(try await running.api.get("/.well-known/jwks.json").status == 200)
        #expect(try await running.api.get("/health/live").status == 200)
      }
      let page = try await #require(running.metrics).get("/metrics")
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(
        text.contains("\nsignet_database_reachable 0\n")
          && text.contains("\nsignet_database_losses_total 1\n"))
      storage.fail(with: nil)
      follower.hear(.returned)
      #expect(try await running.api.get("/health/ready").status == 200)
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
      let lines = running.log.lines.filter { !$0.hasPrefix("debug ") && !$0.hasPrefix("trace ") }
      #expect(lines.count { $0.contains("connection refused") } == 1)
      #expect(lines.count { $0.contains("the database is back") } == 1)
    }
  }

  @Test func `a log that has lost entries is said loudly, and keeps what it knew`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      #expect(try await running.api.send(.POST, "/api/v1/logout", tokens.bearer).status == 200)
      ClusterFollower(service: running.service).hear(.revocationLogWentBack(heard: 1))
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      #expect(running.log.lines.contains { $0.hasPrefix("critical ") && $0.contains("signet epoch begin") })
    }
  }
}
