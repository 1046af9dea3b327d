import GRDB
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetSQLite

/// Writes that succeed, and a commit of them that does not.
@Suite(.blocking) struct FailedCommitTests {
  @Test func `a write whose commit fails is refused, told to nobody, and not there`() async throws {
    let folder = try TemporaryFolder()
    let told = Told()
    let storage = try SQLiteStorage.open(path: folder.database, observer: told.observer)
    try await storage.write { try $0.insert(AuthoritySettings.example) }
    let failure = FailingCommit()
    storage.pool.add(transactionObserver: failure)
    let began = Gate()
    let goOn = Gate()
    // While one write holds the queue, the others gather for one commit.
    let first = Task {
      try await storage.write { _ in
        began.open()
        goOn.wait()
      }
    }
    await began.opened()
    let writes = (1...3).map { (number: UInt8) in
      Task {
        try await storage.write { tx in
          failure.failNext(2)
          try tx.append([.numbered(Int(number))])
          try tx.insert(try Account.numbered(number))
        }
      }
    }
    goOn.open()
    try await first.value
    for write in writes {
      await #expect(throws: StorageError.self) { try await write.value }
    }
    #expect(told.all.isEmpty)
    #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.isEmpty)
    try await storage.write { try $0.append([.numbered(4)]) }
    #expect(told.sequences == [1])
  }

  @Test func `after a failed commit the disk counts as failing until it has taken a write again`()
    async throws
  {
    let folder = try TemporaryFolder()
    let reports = Locked<[CommitReport]>([])
    let recovered = Gate()
    let storage = try SQLiteStorage.open(
      path: folder.database,
      commitObserver: { report in
        let isRecovery = report.isDiskWorking && reports.value.last?.isDiskWorking == false
        reports.change { $0.append(report) }
        if isRecovery { recovered.open() }
      })
    try await storage.write { try $0.insert(AuthoritySettings.example) }
    let failure = FailingCommit()
    storage.pool.add(transactionObserver: failure)
    // The commit, the one that was to take its place, and what the storage tries later.
    failure.failNext(.max)
    await #expect(throws: StorageError.self) { try await storage.write { try $0.append([.numbered(1)]) } }
    // A commit without a change asks nothing of the disk, and proves nothing.
    _ = try await storage.write { tx in
      failure.failNext(0)
      return try tx.settings()
    }
    // Nobody writes; the storage finds out by itself.
    await recovered.opened()
    #expect(reports.value.map(\.isDurable) == [true, false, true, true])
    #expect(reports.value.map(\.isDiskWorking) == [true, false, false, true])
    #expect(reports.value.map(\.writes) == [1, 1, 1, 0])
  }
}

/// Lets commits fail as a full disk does, when all of their writes have succeeded.
private final class FailingCommit: TransactionObserver, Sendable {
  private let left = Locked(0)

  func failNext(_ count: Int) { left.change { $0 = count } }

  func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { true }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseDidCommit(_ database: Database) {}
  func databaseDidRollback(_ database: Database) {}

  func databaseWillCommit() throws {
    guard left.value > 0 else { return }
    left.change { $0 -= 1 }
    throw DatabaseError(resultCode: .SQLITE_FULL)
  }
}
