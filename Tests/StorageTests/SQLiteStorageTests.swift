import Foundation
import GRDB
import Glibc
import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetSQLite

/// What the engine promises of its file.
@Suite(.blocking) struct SQLiteStorageTests {
  @Test func `the writer flushes each commit to the disk, and the pragmas say so`() throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    let pragmas = ["synchronous", "journal_mode", "foreign_keys", "busy_timeout"]
    let values = try storage.pool.writeWithoutTransaction { database in
      try pragmas.map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
    }
    #expect(values == ["2", "wal", "1", "5000"])
    #expect(throws: DatabaseError.self, "a reader's connection cannot write") {
      try storage.pool.read { try $0.execute(sql: "DELETE FROM accounts") }
    }
  }

  @Test func `what was written is there after the file is opened again`() async throws {
    let folder = try TemporaryFolder()
    let first = try SQLiteStorage.open(path: folder.database)
    let account = try Account.numbered(1)
    try await first.write { tx in
      try tx.insert(AuthoritySettings.example)
      try tx.insert(account)
      try tx.append([.numbered(1), .numbered(2)])
      try tx.append(AuditEvent.numbered(1))
    }
    try first.close()
    let second = try SQLiteStorage.open(path: folder.database)
    #expect(try await second.read { try $0.settings() } == .example)
    #expect(try await second.read { try $0.account(account.id) } == account)
    #expect(try await second.read { try $0.revocationPosition() }.sequence == 2)
    try await second.write { try $0.append([.numbered(3)]) }
    #expect(try await second.read { try $0.revocations(after: 2, limit: 9) }.map(\.sequence) == [3])
    try await second.write { try $0.append(AuditEvent.numbered(2)) }
    let events = try await second.read { try $0.auditEvents(of: nil, before: nil, limit: 9) }
    #expect(events.map(\.sequence) == [2, 1])
  }

  @Test func `what was committed survives a process that ends without closing`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    // A copy of the files as they are now is what a crash would leave.
    let copy = try TemporaryFolder()
    for ending in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.database + ending, toPath: copy.database + ending)
    }
    let recovered = try SQLiteStorage.open(path: copy.database)
    #expect(try await recovered.read { try $0.account(.numbered(1)) } != nil)
    try await storage.write { try $0.insert(try Account.numbered(2)) }
    #expect(try await recovered.read { try $0.account(.numbered(2)) } == nil)
  }

  @Test func `nobody but the owner reads the files`() async throws {
    let folder = try TemporaryFolder()
    // As another umask would have left it.
    try Data().write(to: URL(fileURLWithPath: folder.database))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.database)
    let storage = try SQLiteStorage.open(path: folder.database)
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    for ending in ["", "-wal", "-shm", ".lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.database + ending)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(ending)")
    }
  }

  @Test func `a link in the place of the lock is not followed; one in the place of the database is`() throws {
    let folder = try TemporaryFolder()
    let (elsewhere, target) = (folder.database + ".elsewhere", folder.database + ".target")
    try Data().write(to: URL(fileURLWithPath: target))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: target)
    try FileManager.default.createSymbolicLink(
      atPath: folder.database + ".lock", withDestinationPath: target)
    let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(path: folder.database) }
    #expect(error.map { "\($0)".contains(folder.database + ".lock") } == true)
    let attributes = try FileManager.default.attributesOfItem(atPath: target)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
    try FileManager.default.createSymbolicLink(atPath: elsewhere, withDestinationPath: target)
    try SQLiteStorage.open(path: elsewhere).close()
  }

  @Test func `a lock is given back although a child has its descriptor still`() throws {
    let folder = try TemporaryFolder()
    let path = folder.database + ".lock"
    var lock: LockFile? = try LockFile(path: path, database: folder.database)
    // As a child of this process has it until it is another program.
    let descriptor = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first { name in
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
      return target == path
    }
    let copy = dup(try #require(descriptor.flatMap { Int32($0) }))
    defer { close(copy) }
    #expect(lock != nil && LockFile.isHeld(path))
    lock = nil
    #expect(!LockFile.isHeld(path))
    _ = try LockFile(path: path, database: folder.database)
  }

  @Test func `a second process is told to ask the first`() throws {
    let folder = try TemporaryFolder()
    let first = try SQLiteStorage.open(path: folder.database)
    do {
      _ = try SQLiteStorage.open(path: folder.database)
      Issue.record("two opened it")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains(folder.database))
      #expect(problem.contains("control socket"))
    }
    try first.close()
    try SQLiteStorage.open(path: folder.database).close()
  }

  @Test func `a closed storage answers that it is`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try storage.close()
    for attempt in 0..<2 {
      do {
        if attempt == 0 {
          try await storage.write { try $0.insert(try Account.numbered(1)) }
        } else {
          _ = try await storage.read { try $0.settings() }
        }
        Issue.record("attempt \(attempt) was answered")
      } catch StorageError.unavailable {}
    }
  }

  @Test func `a folder that is not there is named`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("missing/signet.sqlite")
    do {
      _ = try SQLiteStorage.open(path: path)
      Issue.record("it opened")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("missing/signet.sqlite"))
    }
  }

  @Test func `a full disk fails the write, publishes nothing, and the next one works`() async throws {
    let folder = try TemporaryFolder()
    let told = Told()
    let storage = try SQLiteStorage.open(path: folder.database, observer: told.observer)
    try await storage.write { try $0.insert(AuthoritySettings.example) }
    // SQLite's own limit stands in for the disk's.
    try await storage.pool.writeWithoutTransaction { database in
      let pages = try #require(try Int.fetchOne(database, sql: "PRAGMA page_count"))
      try database.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
    do {
      try await storage.write { tx in
        try tx.append([.numbered(1)])
        for number in 1...200 { try tx.append(AuditEvent.numbered(number)) }
      }
      Issue.record("it fitted")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("disk is full"))
    }
    #expect(told.all.isEmpty)
    #expect(try await storage.read { try $0.revocationPosition() }.sequence == 0)
    try await storage.pool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA max_page_count = 1000000")
    }
    try await storage.write { try $0.append([.numbered(2)]) }
    #expect(told.sequences == [1])
  }

  @Test func `a disk that fills up among many writes loses no answer and invents none`() async throws {
    let folder = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: folder.database)
    try await storage.pool.writeWithoutTransaction { database in
      let pages = try #require(try Int.fetchOne(database, sql: "PRAGMA page_count"))
      try database.execute(sql: "PRAGMA max_page_count = \(pages + 20)")
    }
    var written: Set<UInt8> = []
    for wave in 0..<20 {
      let numbers = (1...10).map { UInt8(wave * 10 + $0) }
      written.formUnion(await Self.insertAtOnce(numbers, into: storage))
    }
    #expect((1..<200).contains(written.count))
    let stored = try await storage.read { try $0.accounts(after: nil, limit: 999) }
    #expect(Set(stored.compactMap(\.id.bytes.last)) == written)
  }

  @Test func `a write of a cancelled task is finished and told`() async throws {
    let folder = try TemporaryFolder()
    let told = Told()
    let storage = try SQLiteStorage.open(path: folder.database, observer: told.observer)
    try await storage.write { try $0.insert(AuthoritySettings.example) }
    let began = Gate()
    let goOn = Gate()
    let task = Task {
      try await storage.write { tx in
        began.open()
        goOn.wait()
        try tx.append([.numbered(1)])
      }
    }
    await began.opened()
    task.cancel()
    goOn.open()
    try await task.value
    #expect(told.sequences == [1])
    #expect(try await storage.read { try $0.revocationPosition() }.sequence == 1)
  }

  /// Inserts an account of 2 KB for each number, all at once.
  /// - Returns: The numbers whose write was answered with success.
  private static func insertAtOnce(_ numbers: [UInt8], into storage: SQLiteStorage) async -> Set<UInt8> {
    let text = String(repeating: "x", count: 2000)
    return await withTaskGroup(of: UInt8?.self) { group in
      for number in numbers {
        group.addTask {
          do {
            try await storage.write { try $0.insert(try Account.numbered(number, displayName: text)) }
            return number
          } catch StorageError.unavailable {
            return nil
          } catch {
            Issue.record("\(error)")
            return nil
          }
        }
      }
      return await group.reduce(into: []) { if let number = $1 { $0.insert(number) } }
    }
  }
}
