internal import Foundation
internal import GRDB
internal import Glibc
internal import SignetAuthority

/// Puts a backup in the place of an authority's database.
///
/// The backup is copied into a folder beside the database, and made ready there; then one rename puts it in
/// place. Whatever happens until then, the old database is whole where it was, and from then on the new one.
/// Holds the database's lock until it is gone. Blocks its caller's thread: it is for commands.
package final class SQLiteRestoration {
  /// The copy of the backup, once ``stage(_:progress:)`` has made it.
  package let staged: String
  private let database: String
  private let folder: String
  private let lock: LockFile

  /// Begins to restore the database at `path`, which need not be there.
  /// - Throws: `StorageError.unavailable` when somebody uses it.
  package init(of path: String) throws {
    guard !LockFile.isHeld(path + ".lock") else {
      throw StorageError.unavailable("the database \(path) is in use; stop the server first, then restore")
    }
    lock = try LockFile(path: path + ".lock", database: path)
    database = path
    folder = path + ".restoring"
    staged = folder + "/staged.sqlite"
    // What a restore left behind that was killed.
    try abandon()
  }

  /// Copies the database in the file `backup`.
  /// - Throws: `StorageError`, when it cannot take the database's place.
  package func stage(_ backup: String, progress: @escaping (Double) -> Void) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let source = try SQLiteInspection(path: backup)
    try source.copy(to: staged, progress: progress)
    try source.close()
  }

  /// Puts the copy in place. Nobody may have it open.
  /// - Parameter kept: Where the database that is replaced stays.
  /// - Returns: Whether there was one.
  /// - Throws: `StorageError`, or an error of the file system.
  package func putInPlace(keeping kept: String) throws -> Bool {
    let files = FileManager.default
    try Self.endLog(of: staged)
    try PrivateFile.secure(staged)
    try Self.giveToOwner(of: parent, [staged, database + ".lock"])
    try PrivateFile.sync(staged)
    try endReplacedLog(keeping: kept)
    let isReplacing = files.fileExists(atPath: database)
    // A second name for the same file: there is a database at every moment.
    if isReplacing { try files.linkItem(atPath: database, toPath: kept) }
    do {
      try PrivateFile.sync(parent)
      try PrivateFile.rename(staged, to: database)
    } catch {
      if isReplacing { try files.removeItem(atPath: kept) }
      throw error
    }
    try PrivateFile.sync(parent)
    try abandon()
    return isReplacing
  }

  /// Removes what ``stage(_:progress:)`` has made.
  package func abandon() throws {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    try FileManager.default.removeItem(atPath: folder)
  }

  /// Ends the log of the database that is replaced: SQLite would take what lies beside the new one for its
  /// own.
  ///
  /// A database too damaged for that is whole neither with its log nor without: the log stays beside it under
  /// the name that it is kept by.
  private func endReplacedLog(keeping kept: String) throws {
    let (log, files) = (database + "-wal", FileManager.default)
    guard Self.size(log) > 0 else { return try Self.endLog(of: database) }
    // SQLite removes a log that it cannot make sense of; a second name keeps it.
    try files.linkItem(atPath: log, toPath: kept + "-wal")
    do {
      try Self.endLog(of: database)
      try files.removeItem(atPath: kept + "-wal")
    } catch StorageError.corrupt {
      if files.fileExists(atPath: log) { try files.removeItem(atPath: log) }
      try Self.endLog(of: database)
    }
  }

  /// Copies the log into the database that it belongs to, and removes it. A server that was killed leaves
  /// one, and one that was stopped may.
  private static func endLog(of path: String) throws {
    let log = path + "-wal"
    if size(log) > 0 {
      guard FileManager.default.fileExists(atPath: path) else {
        throw StorageError.corrupt("there is a log without its database at \(log)")
      }
      try StorageError.translating {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try queue.close()
      }
    }
    guard size(log) == 0 else { throw StorageError.unavailable("SQLite did not copy all of \(log)") }
    for file in [log, path + "-shm"] where FileManager.default.fileExists(atPath: file) {
      try FileManager.default.removeItem(atPath: file)
    }
  }

  private var parent: String {
    URL(filePath: database).deletingLastPathComponent().path(percentEncoded: false)
  }

  private static func size(_ path: String) -> UInt64 {
    do {
      return try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0
    } catch {
      return 0
    }
  }

  /// What root has made belongs to the user whose folder it lies in.
  ///
  /// That user may put a link in its place meanwhile, to somebody else's file: it is not followed.
  /// - Throws: `StorageError.unavailable` for a link, and for what is not there.
  static func giveToOwner(of folder: String, _ paths: [String]) throws {
    guard geteuid() == 0 else { return }
    let attributes = try FileManager.default.attributesOfItem(atPath: folder)
    guard let user = (attributes[.ownerAccountID] as? NSNumber)?.uint32Value,
      let group = (attributes[.groupOwnerAccountID] as? NSNumber)?.uint32Value
    else { throw StorageError.unavailable("nobody can be seen to own \(folder)") }
    for path in paths {
      // SAFETY: the path is NUL-terminated and lives through the call.
      let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      guard file >= 0 else {
        throw StorageError.unavailable("\(path) cannot be given to the owner of its folder: errno \(errno)")
      }
      defer { close(file) }
      guard fchown(file, user, group) == 0 else {
        throw StorageError.unavailable("\(path) cannot be given to the owner of its folder: errno \(errno)")
      }
    }
  }
}
