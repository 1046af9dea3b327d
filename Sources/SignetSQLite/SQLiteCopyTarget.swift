internal import Foundation
internal import GRDB
internal import SignetAuthority
package import SignetStorage

/// A new SQLite file that an authority is copied to.
///
/// It is filled in a folder beside its place, without a thought for a crash: until ``complete()`` gives it
/// its name it counts for nothing, and the next copy removes it. Blocks its caller's thread: it is for
/// commands.
package final class SQLiteCopyTarget: CopyTarget {
  package let name: String
  private let folder: String
  private let lock: LockFile

  /// Will make the database at `path`, where there must be none.
  /// - Throws: ``CopyRefusal/notEmpty(_:)``, or `StorageError.unavailable`.
  package init(path: String) throws {
    name = path
    folder = path + ".copying"
    lock = try LockFile(path: path + ".lock", database: path)
  }

  package func fill<Answer>(_ body: (any SQLLoading) throws -> Answer) throws -> Answer {
    for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: name + ending) {
      throw CopyRefusal.notEmpty(name)
    }
    // What a copy left behind that was killed.
    try abandon()
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    try PrivateFile.make(staged)
    let answer = try StorageError.translating {
      var configuration = Configuration()
      configuration.foreignKeysEnabled = true
      let queue = try DatabaseQueue(path: staged, configuration: configuration)
      let answer = try queue.writeWithoutTransaction { try Self.fill($0, body) }
      try queue.close()
      return answer
    }
    try PrivateFile.sync(staged)
    return answer
  }

  package func complete() throws {
    try SQLiteRestoration.giveToOwner(of: parent, [staged, name + ".lock"])
    // A second name for the file, not another's place: it fails where there is a file by now.
    try FileManager.default.linkItem(atPath: staged, toPath: name)
    try PrivateFile.sync(parent)
    try abandon()
  }

  package func abandon() throws {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    try FileManager.default.removeItem(atPath: folder)
  }

  private static func fill<Answer>(
    _ database: Database, _ body: (any SQLLoading) throws -> Answer
  ) throws -> Answer {
    // All of it is synced at the end, once.
    try database.execute(sql: "PRAGMA synchronous = OFF")
    var answer: Answer?
    try database.inTransaction(.immediate) {
      let connection = SQLiteConnection(database)
      try Schema.migrate(connection)
      try SQLiteStorage.markAsOurs(database)
      answer = try body(connection)
      return .commit
    }
    guard let answer else { throw StorageError.unavailable("SQLite did not run the copy") }
    return answer
  }

  private var staged: String { folder + "/staged.sqlite" }

  private var parent: String {
    URL(filePath: name).deletingLastPathComponent().path(percentEncoded: false)
  }
}

extension SQLiteConnection: SQLLoading {
  func load(_ rows: [SQLRow], into table: CopiedTable) throws {
    for row in rows { _ = try execute(table.insert, row.values) }
  }
}
