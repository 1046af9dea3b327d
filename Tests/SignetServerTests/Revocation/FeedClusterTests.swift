import HummingbirdTokenVerification
import NIOHTTP1
import ServiceLifecycle
import SignetAuthority
import SignetPostgres
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// The feed of one node, when another one revokes.
@Suite(.enabled(if: PostgresProcess.installed != nil, "PostgreSQL is not installed"), .blocking)
struct FeedClusterTests {
  @Test(.timeLimit(.minutes(10)))
  func `a revocation and a new epoch of another node reach a stream here`() async throws {
    let server = try PostgresProcess()
    defer { try? server.stop() }
    try server.sql("CREATE DATABASE signet TEMPLATE template0")
    let target = try PostgresTarget("host=\(server.folder) dbname=signet user=signet")
    let limits = PostgresLimits(connections: 2, followingInterval: .seconds(300))
    try PostgresStorage.migrate(target, limits: limits)
    var options = RunningAuthority.Options()
    options.feed.heartbeat = .seconds(600)
    options.makeStorage = { observer in try PostgresStorage.open(target, limits: limits, observer: observer) }
    try await RunningAuthority.run(options) { running in
      let here = try #require(running.service.storage as? PostgresStorage)
      let follower = ClusterFollower(service: running.service)
      try here.follow(observer: follower.hear)
      defer { here.close() }
      let there = try PostgresStorage.open(target, limits: limits)
      defer { there.close() }
      let other = try await AuthorityService.open(
        running.service.authority, storage: there, hasher: running.service.hasher,
        revocations: RevocationState(), clock: running.service.clock, logger: running.log.logger)
      let stream = try await FeedClient(running).stream()
      let start = try #require(try await stream.next())
      let session = SessionID(from: .system)
      let (policy, now) = (other.authority.policy, running.clock.now)
      try await there.write { tx in
        try tx.append(Revocation.decide(.sessions([session]), policy: policy, at: now))
      }
      let batch = try #require(try await stream.nextNews())
      let subject = RevocationSubject(.session, id: "\(session)", issuer: TestAuthority.issuer)
      #expect(batch.from == start.to && batch.to == start.to + 1 && batch.entries.map(\.subject) == [subject])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await follower.run() }
        let (epoch, _) = try await other.beginEpoch(origin: TestAuthority.origin)
        var batch = batch
        while batch.epoch != epoch { batch = try #require(try await stream.next()) }
        #expect(batch.to == start.to + 2)
        group.cancelAll()
      }
    }
  }
}
