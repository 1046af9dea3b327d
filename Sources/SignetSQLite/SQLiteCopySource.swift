internal import Foundation
internal import GRDB
internal import SignetAuthority
package import SignetStorage

/// A SQLite file that an authority is copied from. Nobody else has it open until it is closed. Blocks its
/// caller's thread: it is for commands.
package final class SQLiteCopySource: CopySource {
  package let name: String
  private let storage: SQLiteStorage

  /// Opens the database at `path`, which must be there, and brings its schema up to date.
  /// - Throws: `StorageError.unavailable` when somebody uses it.
  package init(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StorageError.unavailable("there is no database at \(path)")
    }
    guard !LockFile.isHeld(path + ".lock") else {
      throw StorageError.unavailable("the database \(path) is in use; stop the server first, then copy")
    }
    name = path
    storage = try SQLiteStorage.open(path: path)
  }

  package func held<Answer>(_ body: (any SQLConnection) throws -> Answer) throws -> Answer {
    try StorageError.translating {
      try storage.pool.writeWithoutTransaction { database in
        var answer: Answer?
        try database.inTransaction(.immediate) {
          answer = try body(SQLiteConnection(database))
          return .commit
        }
        guard let answer else { throw StorageError.unavailable("SQLite did not run the copy") }
        return answer
      }
    }
  }

  package func close() throws { try storage.close() }
}
