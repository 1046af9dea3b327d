internal import GRDB
package import SignetAuthority
internal import SignetStorage

/// The storage of an authority in one SQLite file, for one process.
///
/// Reads run on snapshots, as many as are waiting on one; writes one after the other, likewise in one durable
/// commit (write-ahead log, `synchronous = FULL`). Nothing here blocks the thread of its caller, but
/// ``open(path:observer:commitObserver:checkpointObserver:)`` and ``close()``.
package final class SQLiteStorage: AuthorityStorage {
  let pool: DatabasePool
  private let reader: SQLiteReader
  private let writer: SQLiteWriter
  private let lock: LockFile

  private init(pool: DatabasePool, writer: SQLiteWriter, lock: LockFile) {
    self.pool = pool
    reader = SQLiteReader(pool: pool)
    self.writer = writer
    self.lock = lock
  }

  /// Opens the database at `path`, which is made if there is none, and brings its schema up to date.
  ///
  /// `observer` is told of each commit's revocations, `commitObserver` of each commit,
  /// `checkpointObserver` of each attempt to copy the log into the database.
  /// Takes the lock `path.lock` until it is closed. Database, log and lock have mode 0600.
  /// - Throws: `StorageError.unavailable` when another process has it, or a newer program wrote it;
  ///   `StorageError.corrupt` when it is damaged, or another program's.
  package static func open(
    path: String, observer: @escaping RevocationObserver = { _ in },
    commitObserver: @escaping CommitObserver = { _ in },
    checkpointObserver: @escaping CheckpointObserver = { _ in }
  ) throws -> SQLiteStorage {
    let lock = try LockFile(path: path + ".lock", database: path)
    // Before SQLite opens it: closing a descriptor of a file drops the locks that a process has on it.
    try PrivateFile.secure(path)
    do {
      let pool = try openPool(path: path)
      let writer = SQLiteWriter(
        pool: pool, observer: observer, commitObserver: commitObserver,
        checkpointObserver: checkpointObserver)
      return SQLiteStorage(pool: pool, writer: writer, lock: lock)
    } catch StorageError.corrupt(let problem) {
      throw StorageError.corrupt(
        "\(path): \(problem). Keep a copy of the file, and restore the newest backup")
    }
  }

  package func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await reader.read(body)
  }

  package func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    try await writer.write(body)
  }

  /// Finishes the writes that are waiting and closes the file; what is asked later is `unavailable`.
  package func close() throws {
    writer.close()
    try StorageError.translating { try pool.close() }
    lock.release()
  }
}

extension SQLiteStorage {
  private static func openPool(path: String) throws -> DatabasePool {
    try StorageError.translating {
      var configuration = Configuration()
      configuration.label = "signet"
      configuration.foreignKeysEnabled = true
      configuration.busyMode = .timeout(5)
      let pool = try DatabasePool(path: path, configuration: configuration)
      // The pool sets NORMAL while it is being made, so this cannot be part of its configuration.
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = FULL")
        // See ``SQLiteCheckpoints``.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        try checkPragmas(database)
        try checkContents(database)
        try database.inTransaction(.immediate) {
          try Schema.migrate(SQLiteConnection(database))
          try markAsOurs(database)
          return .commit
        }
      }
      return pool
    }
  }

  /// Writes into the file's header that it is an authority's, whether or not that stands there.
  static func markAsOurs(_ database: Database) throws {
    try database.execute(sql: "PRAGMA application_id = \(applicationID)")
  }

  /// What durability and integrity rest on, read back.
  private static func checkPragmas(_ database: Database) throws {
    let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
    let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
    let foreignKeys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys")
    guard synchronous == 2, journal == "wal", foreignKeys == 1 else {
      throw StorageError.unavailable("SQLite did not take synchronous = FULL, WAL and foreign keys")
    }
  }

  private static func checkContents(_ database: Database) throws {
    let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
    guard problem == "ok" else {
      throw StorageError.corrupt("SQLite finds it damaged (\(problem ?? "no answer"))")
    }
    guard try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID else { return }
    let tables = try Row.fetchAll(database, sql: "PRAGMA table_list")
    let isEmpty = tables.allSatisfy { row in (row["name"] as String?)?.hasPrefix("sqlite_") ?? false }
    guard isEmpty else { throw StorageError.corrupt("this is another program's database") }
  }

  /// Marks the file as an authority's, in SQLite's header: “Sgnt”.
  static let applicationID: Int32 = 0x5367_6E74
}
