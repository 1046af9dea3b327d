internal import Foundation
internal import JOSE
internal import SignetAuthority
internal import SignetSQLite

/// What a database says of itself and of its keys, read without changing it.
struct DatabaseLook {
  private(set) var database: DatabaseCheck.Database = .missing
  private(set) var records: [SigningKeyRecord] = []
  /// The newest time that it holds, of a key or of an audit event.
  private(set) var newestRecord: Timestamp?
  /// Why database, keyring and configuration do not belong together.
  private(set) var estrangement: OpeningError?
  /// Whether all of it was read, so that there is something to say of keys.
  private(set) var isComplete = false

  /// Looks at the database at `path`. Without an `authority`, whether it belongs to one is left open.
  init(path: String, authority: Authority?) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard FileManager.default.isReadableFile(atPath: path) else {
      database = .unreadable
      return
    }
    do {
      let inspection = try SQLiteInspection(path: path)
      let damage = try inspection.damage()
      let schema = damage == nil ? try inspection.schemaVersion() : 0
      database = .read(
        DatabaseCheck.Condition(damage: damage, schema: schema, isInUse: inspection.isInUse))
      if damage == nil, schema == SQLiteInspection.newestSchema {
        try read(inspection, authority: authority)
      }
      try inspection.close()
    } catch let error as StorageError {
      database = .failed(error)
    } catch {
      database = .failed(.corrupt("\(error)"))
    }
  }

  private mutating func read(_ inspection: SQLiteInspection, authority: Authority?) throws {
    do {
      if let authority { _ = try inspection.read { tx in try authority.checkBelonging(in: tx) } }
    } catch let error as OpeningError {
      estrangement = error
    }
    records = try inspection.read { tx in try tx.signingKeys() }
    let event = try inspection.read { tx in try tx.auditEvents(of: nil, before: nil, limit: 1) }.first
    newestRecord = (records.map(\.createdAt) + [event?.at].compactMap { $0 }).max()
    isComplete = true
  }

  /// Why this machine's SQLite does not write durably; nil when it does. Tried on a database of its own.
  static func durabilityProblem() -> String? {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-doctor-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      // The storage reads back what durability rests on, and does not open without it.
      let path = folder.appending(path: "trial.sqlite").path(percentEncoded: false)
      let opened = Result { try SQLiteStorage.open(path: path).close() }
      try FileManager.default.removeItem(at: folder)
      try opened.get()
      return nil
    } catch {
      return FailureText.text(of: error)
    }
  }
}
