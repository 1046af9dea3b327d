import Foundation
import GRDB
import Glibc
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetSQLite

/// Copies of a database, and copies that take its place.
@Suite struct SQLiteBackupTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `what root has made is given to the folder's owner, and what a link leads to is not`() throws {
    func owner(_ path: String) throws -> Int? {
      (try FileManager.default.attributesOfItem(atPath: path)[.ownerAccountID] as? NSNumber)?.intValue
    }
    let (theirs, made, link, ours) = (
      folder.path("theirs"), folder.path("theirs/made"), folder.path("theirs/link"), folder.path("ours")
    )
    try FileManager.default.createDirectory(atPath: theirs, withIntermediateDirectories: false)
    for path in [made, ours] { try Data().write(to: URL(filePath: path)) }
    try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: theirs)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: ours)
    try SQLiteRestoration.giveToOwner(of: theirs, [made])
    #expect(try owner(made) == 65_534)
    #expect(throws: StorageError.self) { try SQLiteRestoration.giveToOwner(of: theirs, [link]) }
    #expect(try owner(ours) == 0)
  }

  /// A database with so many accounts, closed.
  private func make(_ path: String, accounts: UInt8, padding: Int = 0) async throws {
    let storage = try SQLiteStorage.open(path: path)
    let name = String(repeating: "x", count: padding)
    try await storage.write { tx in
      for number in 1...accounts { try tx.insert(try Account.numbered(number, displayName: name)) }
    }
    try storage.close()
  }

  private func count(_ path: String) throws -> Int {
    let inspection = try SQLiteInspection(path: path)
    defer { #expect(throws: Never.self) { try inspection.close() } }
    return try inspection.read { try $0.accounts(after: nil, limit: 1000) }.count
  }

  @Test func `a copy is one state of a database that is written meanwhile`() async throws {
    try await make(folder.database, accounts: 200, padding: 20_000)
    let storage = try SQLiteStorage.open(path: folder.database)
    let source = try SQLiteInspection(path: folder.database, mayChange: true)
    var parts: [Double] = []
    try source.copy(to: folder.path("copy")) { part in
      parts.append(part)
      // Touches the first pages, which have been copied, and the last, which have not.
      #expect(throws: Never.self) {
        try storage.pool.write { try $0.execute(sql: "UPDATE accounts SET display_name = 'changed'") }
      }
    }
    try source.close()
    #expect(parts.count > 2 && parts == parts.sorted() && parts.last == 1)
    #expect(
      try FileManager.default.attributesOfItem(atPath: folder.path("copy"))[.size] as? Int ?? 0 > 4_000_000)
    let copy = try SQLiteInspection(path: folder.path("copy"))
    let names = try copy.read { try $0.accounts(after: nil, limit: 1000) }.map(\.displayName)
    try copy.close()
    #expect(names.count == 200 && names.allSatisfy { $0.utf8.count == 20_000 })
    try storage.close()
  }

  @Test func `a copy never takes the place of a file, and one that fails leaves none`() async throws {
    try await make(folder.database, accounts: 1)
    let source = try SQLiteInspection(path: folder.database)
    try Data("mine".utf8).write(to: URL(filePath: folder.path("copy")))
    #expect(throws: StorageError.self) { try source.copy(to: folder.path("copy")) { _ in } }
    #expect(try Data(contentsOf: URL(filePath: folder.path("copy"))) == Data("mine".utf8))
    try source.close()
    let foreign = try DatabaseQueue(path: folder.path("foreign"))
    try await foreign.write { try $0.execute(sql: "CREATE TABLE t (a)") }
    let other = try SQLiteInspection(path: folder.path("foreign"), mayChange: true)
    #expect(throws: StorageError.corrupt("it is no authority's database")) {
      try other.copy(to: folder.path("second")) { _ in }
    }
    try other.close()
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!left.contains { $0.hasPrefix("second") }, "\(left)")
  }

  @Test func `a restore that is killed leaves the old database, and can be done again`() async throws {
    try await make(folder.database, accounts: 1)
    try await make(folder.path("backup"), accounts: 2)
    do {
      let killed = try SQLiteRestoration(of: folder.database)
      try killed.stage(folder.path("backup")) { _ in }
    }
    #expect(try count(folder.database) == 1)
    let restoration = try SQLiteRestoration(of: folder.database)
    try restoration.stage(folder.path("backup")) { _ in }
    #expect(try restoration.putInPlace(keeping: folder.path("kept")))
    #expect(try count(folder.database) == 2)
    #expect(try count(folder.path("kept")) == 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!left.contains { $0.hasSuffix(".restoring") })
  }

  @Test func `what a killed server had committed is in the database that is kept, not in the new one`()
    async throws
  {
    try await make(folder.path("backup"), accounts: 2)
    let killed = try TemporaryFolder()
    let storage = try SQLiteStorage.open(path: killed.database)
    try await storage.write { tx in
      for number: UInt8 in 1...3 { try tx.insert(try Account.numbered(number)) }
    }
    // As a crash would leave them.
    for ending in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: killed.database + ending, toPath: folder.database + ending)
    }
    try storage.close()
    let restoration = try SQLiteRestoration(of: folder.database)
    try restoration.stage(folder.path("backup")) { _ in }
    #expect(try restoration.putInPlace(keeping: folder.path("kept")))
    #expect(!FileManager.default.fileExists(atPath: folder.database + "-wal"))
    #expect(try count(folder.database) == 2)
    #expect(try count(folder.path("kept")) == 3)
  }

  @Test func `a database that is damaged is replaced all the same, and kept with its log`() async throws {
    try await make(folder.path("backup"), accounts: 2)
    for ending in ["", "-wal"] {
      try Data(repeating: 7, count: 9_000).write(to: URL(filePath: folder.database + ending))
    }
    let restoration = try SQLiteRestoration(of: folder.database)
    try restoration.stage(folder.path("backup")) { _ in }
    #expect(try restoration.putInPlace(keeping: folder.path("kept")))
    #expect(try count(folder.database) == 2)
    for ending in ["", "-wal"] {
      let kept = try Data(contentsOf: URL(filePath: folder.path("kept") + ending))
      #expect(kept == Data(repeating: 7, count: 9_000), "\(ending)")
    }
  }
}
