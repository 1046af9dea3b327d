import HummingbirdTokenVerification
import JOSE
import NIOHTTP1
import ServiceLifecycle
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct UpkeepTests {
  @Test func `upkeep removes what has expired, and nothing else`() async throws {
    try await RunningAuthority.run { running in
      let service = running.service
      try await running.addAccount()
      let ended = try await running.logIn()
      _ = try await running.api.send(.POST, "/api/v1/logout", ended.bearer)
      _ = try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      try await service.removeExpired()
      #expect(service.revocations.view.count == 1)
      #expect(service.keys.current.published.keys.count == 3)
      #expect(try await session(ended.session, in: service) != nil)

      running.clock.advance(by: .seconds(3_961))
      try await service.tendKeys()
      try await service.removeExpired()
      #expect(service.revocations.view.count == 0)
      #expect(service.keys.current.published.keys.count == 2)
      #expect(try await service.storage.read { tx in try tx.revocations(after: 0, limit: 10) }.isEmpty)
      #expect(try await session(ended.session, in: service) != nil)

      running.clock.advance(by: .seconds(31 * 86_400))
      try await service.removeExpired()
      #expect(try await session(ended.session, in: service) == nil)
    }
  }

  @Test func `upkeep rotates the keys on their schedule, and the next login is signed with the new one`()
    async throws
  {
    try await RunningAuthority.run { running in
      let service = running.service
      try await running.addAccount()
      let first = service.keys.current.signer.keyID
      running.clock.advance(by: .seconds(90 * 86_400 - 1))
      try await service.tendKeys()
      #expect(service.keys.current.signer.keyID == first)
      running.clock.advance(by: .seconds(1))
      try await service.tendKeys()
      #expect(service.keys.current.signer.keyID != first)
      #expect(service.keys.current.published.keys.count == 3)
      let tokens = try await running.logIn()
      #expect(
        try CompactJWS(Array(tokens.access.utf8)).header.keyID == service.keys.current.signer.keyID)
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
    }
  }

  @Test func `audit events go when they are older than they are kept, however many there are`() async throws {
    try await RunningAuthority.run { running in
      let service = running.service
      try await running.addAccount()
      let origin = TestAuthority.origin
      let old = running.clock.now
      try await service.storage.write { tx in
        for _ in 0..<1_203 { try tx.append(AuditEvent(at: old, kind: .loginFailed, origin: origin)) }
      }
      running.clock.advance(by: .seconds(400 * 86_400))
      try await service.removeExpired()
      #expect(try await running.auditEvents().count { $0.kind == .loginFailed } == 1_203)
      running.clock.advance(by: .milliseconds(1))
      let new = running.clock.now
      try await service.storage.write {
        try $0.append(AuditEvent(at: new, kind: .loginFailed, origin: origin))
      }
      try await service.removeExpired()
      let left = try await running.auditEvents()
      #expect(left.count { $0.kind == .loginFailed } == 1)
      // The numbers go on: none is given twice.
      #expect(try #require(left.first?.sequence) > 1_203)
    }
  }

  private func session(_ id: String, in service: AuthorityService) async throws -> Session? {
    let id = try #require(SessionID(id))
    return try await service.storage.read { tx in try tx.session(id) }
  }
}

@Suite struct UpkeepServiceTests {
  @Test func `upkeep runs when the server starts, and a failure does not end it`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    let log = LogRecorder()
    let service = try await RunningAuthority.makeService(options, clock: TestClock(), logger: log.logger)
    storage.fail(with: .unavailable("disk full"))
    let group = ServiceGroup(
      configuration: .init(
        services: [Upkeep(service: service, interval: .milliseconds(1))], logger: log.logger))
    let running = Task { try await group.run() }
    while log.lines.count(where: { $0.contains("upkeep failed") }) < 3 { await Task.yield() }
    await group.triggerGracefulShutdown()
    try await running.value
    // Which work, and why: what an operator needs to put it right.
    for work in ["keys", "expiry"] {
      #expect(
        log.lines.contains { $0.contains("upkeep failed") && $0.contains(work) && $0.contains("disk full") })
    }
  }
}
