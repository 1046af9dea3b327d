import GRDB
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Synchronization
import Testing
import TokenVerification

@testable import SignetSQLite
@testable import SignetServer

@Suite struct FeedCommitTests {
  @Test(.timeLimit(.minutes(10)))
  func `a revocation whose commit fails is told to nobody`() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let failure = FailingCommit()
    var options = RunningAuthority.Options()
    options.feed.heartbeat = .seconds(600)
    options.makeStorage = { observer in
      let storage = try SQLiteStorage.open(path: folder.path("signet.db"), observer: observer)
      storage.pool.add(transactionObserver: failure)
      return storage
    }
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      let (first, second) = try await (running.logIn(), running.logIn())
      let stream = try await FeedClient(running).stream()
      _ = try await stream.next()
      // The commit, and the one that is to take its place.
      failure.failNext(2)
      #expect(try await running.api.send(.POST, "/api/v1/logout", first.bearer).status == 503)
      #expect(try await running.api.get("/api/v1/me", first.bearer).status == 200)
      failure.failNext(0)
      #expect(try await running.api.send(.POST, "/api/v1/logout", second.bearer).status == 200)
      let batch = try #require(try await stream.nextNews())
      #expect(batch.from == 0 && batch.to == 1)
      #expect(
        batch.entries.map(\.subject) == [
          RevocationSubject(.session, id: second.session, issuer: TestAuthority.issuer)
        ])
    }
  }
}

/// Lets commits fail as a full disk does, when all of their writes have succeeded.
private final class FailingCommit: TransactionObserver, Sendable {
  private let left = Mutex(0)

  func failNext(_ count: Int) { left.withLock { $0 = count } }

  func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { true }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseDidCommit(_ database: Database) {}
  func databaseDidRollback(_ database: Database) {}

  func databaseWillCommit() throws {
    let isDue = left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
    if isDue { throw DatabaseError(resultCode: .SQLITE_FULL) }
  }
}
