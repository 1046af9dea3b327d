internal import Foundation
internal import GRDB
package import SignetAuthority
package import SignetStorage

/// A look at an authority's database that changes nothing, whether or not a server is using it.
///
/// Blocks its caller's thread: it is for commands.
package struct SQLiteInspection {
  /// Whether a process holds the database's lock.
  package let isInUse: Bool
  private let queue: DatabaseQueue

  /// Opens the database at `path`, which must be there.
  ///
  /// One that nobody uses and that was closed in order is read as if nothing could ever change it, unless
  /// `mayChange` says that somebody may begin to use it: SQLite would leave files beside it otherwise.
  /// - Throws: `StorageError.unavailable` when it cannot be read, `StorageError.corrupt` when it is none.
  package init(path: String, mayChange: Bool = false) throws {
    isInUse = LockFile.isHeld(path + ".lock")
    let isClosed = !isInUse && !mayChange && Self.isEmpty(path + "-wal")
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

  /// What is wrong with a file that is to be an authority's database: it is another program's, it is damaged
  /// (every index entry is looked at), or a newer program wrote it. Nil when it is good.
  package func objection() throws -> StorageError? {
    try inspect { database in
      guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == SQLiteStorage.applicationID else {
        return .corrupt("it is no authority's database")
      }
      let problem = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
      guard problem == "ok" else { return .corrupt("SQLite finds it damaged (\(problem ?? "no answer"))") }
      let schema = try Schema.version(SQLiteConnection(database))
      guard schema <= Schema.newest else {
        return .unavailable("it has schema \(schema), and this program knows schemas up to \(Schema.newest)")
      }
      return nil
    }
  }

  /// Copies the database into the new file `copy`: one snapshot of it, however much is written meanwhile. The
  /// copy has mode 0600, stands alone, without a log, has been looked at, and is on the disk when this
  /// returns; until then its name is that of an empty file, and when this throws, of none. `progress` is told
  /// the part that is done, from 0 to 1.
  package func copy(to copy: String, progress: @escaping (Double) -> Void) throws {
    try PrivateFile.make(copy)
    let partial = copy + ".partial"
    do {
      try PrivateFile.make(partial)
      try StorageError.translating {
        let target = try DatabaseQueue(path: partial)
        try queue.read { source in
          // The first look takes the snapshot. Within it the steps below are steps through one state.
          _ = try Int32.fetchOne(source, sql: "PRAGMA schema_version")
          try target.writeWithoutTransaction { database in
            try source.backup(to: database, pagesPerStep: Self.pagesPerStep) { state in
              progress(Double(state.completedPageCount) / Double(max(state.totalPageCount, 1)))
            }
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
          }
        }
        try target.close()
      }
      let look = try SQLiteInspection(path: partial)
      let objection = try look.objection()
      try look.close()
      if let objection { throw objection }
      try PrivateFile.sync(partial)
      try PrivateFile.rename(partial, to: copy)
      try PrivateFile.sync(URL(filePath: copy).deletingLastPathComponent().path(percentEncoded: false))
    } catch {
      try Self.remove([copy, partial, partial + "-journal"])
      throw error
    }
  }

  /// The version of the schema that the file has; ``newestSchema`` is what this program writes.
  package func schemaVersion() throws -> Int64 {
    try inspect { try Schema.version(SQLiteConnection($0)) }
  }

  /// What the file's schema is to this program.
  package func schemaState() throws -> SchemaState {
    try inspect { try Schema.state(SQLiteConnection($0)) }
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

  private static func remove(_ paths: [String]) throws {
    for path in paths where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  /// A megabyte, with SQLite's usual pages.
  private static let pagesPerStep: CInt = 256

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
