internal import Foundation
internal import GRDB
package import SignetAuthority
internal import SignetStorage

/// A look at an authority's database that changes nothing, whether or not a server is using it.
///
/// Blocks its caller's thread: it is for commands.
package struct SQLiteInspection {
  /// Whether a process holds the database's lock.
  package let isInUse: Bool
  private let queue: DatabaseQueue

  /// Opens the database at `path`, which must be there.
  ///
  /// One that nobody uses and that was closed in order is read as if nothing could ever change it: SQLite
  /// would leave files beside it otherwise, owned by whoever looked.
  /// - Throws: `StorageError.unavailable` when it cannot be read, `StorageError.corrupt` when it is none.
  package init(path: String) throws {
    isInUse = LockFile.isHeld(path + ".lock")
    let isClosed = !isInUse && Self.isEmpty(path + "-wal")
    queue = try StorageError.translating {
      var configuration = Configuration()
      configuration.label = "signet inspection"
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      do {
        return try DatabaseQueue(
          path: isClosed ? Self.unchangingName(path) : path, configuration: configuration)
      } catch let error as DatabaseError where isClosed && error.resultCode == .SQLITE_CANTOPEN {
        // A build of SQLite that takes no URIs.
        return try DatabaseQueue(path: path, configuration: configuration)
      }
    }
  }

  /// What is wrong with the file, in SQLite's words; nil when every page and index is sound.
  package func damage() throws -> String? {
    try inspect { database in
      let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
      return problem == "ok" ? nil : problem ?? "no answer"
    }
  }

  /// The version of the schema that the file has; ``newestSchema`` is what this program writes.
  package func schemaVersion() throws -> Int64 {
    try inspect { try Schema.version(SQLiteConnection($0)) }
  }

  /// Reads on one snapshot.
  package func read<Answer>(_ body: (any AuthorityReads) throws -> Answer) throws -> Answer {
    try inspect { try body(SQLTransaction(SQLiteConnection($0))) }
  }

  package func close() throws {
    try StorageError.translating { try queue.close() }
  }

  package static var newestSchema: Int64 { Schema.newest }

  private func inspect<Answer>(_ body: (Database) throws -> Answer) throws -> Answer {
    try StorageError.translating { try queue.read(body) }
  }

  private static func isEmpty(_ path: String) -> Bool {
    do {
      return try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 == 0
    } catch {
      return true
    }
  }

  private static func unchangingName(_ path: String) -> String {
    let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    return "file:\(escaped)?immutable=1"
  }
}
