internal import Foundation
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetPostgres
internal import SignetSQLite

/// What a database says of itself and of its keys, read without changing it.
struct DatabaseLook {
  enum Store {
    case file(DatabaseCheck.Database)
    case postgres(PostgresCheck)
  }

  private(set) var store: Store
  private(set) var records: [SigningKeyRecord] = []
  /// The newest time that it holds, of a key or of an audit event.
  private(set) var newestRecord: Timestamp?
  /// Why database, keyring and configuration do not belong together.
  private(set) var estrangement: OpeningError?
  /// Whether all of it was read, so that there is something to say of keys.
  private(set) var isComplete = false

  /// Looks at the database of `settings`. Without an `authority`, whether it belongs to one is left open.
  init(_ settings: DatabaseSettings, in directory: AuthorityDirectory, authority: Authority?) {
    switch settings {
    case .embedded: self.init(path: directory.database, authority: authority)
    case .postgres(let settings): self.init(settings, authority: authority)
    }
  }

  private init(path: String, authority: Authority?) {
    store = .file(.missing)
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard FileManager.default.isReadableFile(atPath: path) else {
      store = .file(.unreadable)
      return
    }
    do {
      let inspection = try SQLiteInspection(path: path)
      let damage = try inspection.damage()
      let schema = damage == nil ? try inspection.schemaVersion() : 0
      store = .file(
        .read(DatabaseCheck.Condition(damage: damage, schema: schema, isInUse: inspection.isInUse)))
      if damage == nil, schema == SQLiteInspection.newestSchema {
        try take(Self.contents(authority: authority, inspection.read))
      }
      try inspection.close()
    } catch let error as StorageError {
      store = .file(.failed(error))
    } catch {
      store = .file(.failed(.corrupt("\(error)")))
    }
  }

  private init(_ settings: PostgresSettings, authority: Authority?) {
    // On the way past a pooler, too, a node hears what was ended.
    let distant = [settings.target, settings.directTarget].compactMap { $0 }.filter { !$0.isLocal }
    var check = PostgresCheck(
      place: "\(settings.target)", isLocal: distant.isEmpty,
      asksForCertificate: distant.allSatisfy(\.asksForCertificate), server: .failed(.conflict),
      connectionsOfANode: settings.connections + 1)
    store = .postgres(check)
    do {
      let inspection = try PostgresInspection(try settings.targetWithPassword())
      let before = SystemClock.now()
      let facts = try inspection.facts()
      let after = SystemClock.now()
      let contents = try inspection.contents()
      check.server = .read(
        PostgresCheck.Condition(
          facts: facts, contents: contents, clockLead: facts.milliseconds - after.milliseconds,
          clockDoubt: after.milliseconds - before.milliseconds))
      store = .postgres(check)
      guard case .authority(_, nil) = contents else { return }
      try take(Self.contents(authority: authority, inspection.read))
    } catch let error as CommandError {
      check.server = .locked(error)
      store = .postgres(check)
    } catch {
      check.server = .failed(error as? StorageError ?? .corrupt("\(error)"))
      store = .postgres(check)
    }
  }

  private typealias Contents = (estrangement: OpeningError?, records: [SigningKeyRecord], newest: Timestamp?)

  private static func contents(
    authority: Authority?, _ read: ((any AuthorityReads) throws -> Contents) throws -> Contents
  ) throws -> Contents {
    try read { tx in
      var estrangement: OpeningError?
      do {
        if let authority { _ = try authority.checkBelonging(in: tx) }
      } catch let error as OpeningError {
        estrangement = error
      }
      let records = try tx.signingKeys()
      let event = try tx.auditEvents(of: nil, before: nil, limit: 1).first
      return (estrangement, records, (records.map(\.createdAt) + [event?.at].compactMap { $0 }).max())
    }
  }

  private mutating func take(_ contents: Contents) {
    (estrangement, records, newestRecord) = contents
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
