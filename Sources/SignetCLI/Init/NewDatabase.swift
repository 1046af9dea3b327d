internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetPostgres
internal import SignetSQLite
internal import SignetServer

/// The database of an authority that is about to be made.
struct NewDatabase {
  private enum Place {
    case file(String)
    case postgres(PostgresTarget)
  }

  private let place: Place

  /// - Throws: ``CommandError`` when a server's database cannot be reached, or is not empty: it is not
  ///   touched.
  init(_ settings: DatabaseSettings, in directory: AuthorityDirectory) throws {
    switch settings {
    case .embedded: place = .file(directory.database)
    case .postgres(let settings):
      let target = try settings.targetWithPassword()
      switch try PostgresInspection(target).contents() {
      case .empty: break
      case .authority:
        throw CommandError(
          "the database \(settings.target) holds an authority already",
          next: "another node of it gets a copy of the first one's keyring and configuration, not an `init`")
      case .anotherProgram:
        throw CommandError(
          "the database \(settings.target) holds another program's tables",
          next: "make one for signet alone: createdb --template=template0 --encoding=UTF8 --locale=C NAME")
      }
      place = .postgres(target)
    }
  }

  /// Those that making it will leave behind.
  var files: [String] {
    guard case .file(let path) = place else { return [] }
    return ["", "-wal", "-shm", ".lock"].map { path + $0 }
  }

  /// Makes the schema, the settings and the first keys.
  func make(_ authority: Authority) async throws {
    switch place {
    case .file(let path):
      let storage = try SQLiteStorage.open(path: path)
      try await Self.initialise(storage, authority)
      try storage.close()
    case .postgres(let target):
      try PostgresStorage.migrate(target)
      let storage = try PostgresStorage.open(target, limits: PostgresLimits(connections: 1))
      defer { storage.close() }
      do {
        try await Self.initialise(storage, authority)
      } catch StorageError.outcomeUnknown(let reason) {
        throw CommandError(
          "\(reason); whether the authority was made nobody knows, and its keyring is gone",
          next: "drop the database and make it again, then repeat `signet init`")
      }
    }
  }

  private static func initialise(_ storage: some AuthorityStorage, _ authority: Authority) async throws {
    let now = SystemClock.now()
    let settings = try authority.newSettings(at: now)
    let keys = try authority.generateFirstKeys(at: now)
    let origin = RequestOrigin(requestID: "init", userAgent: "signet init")
    try await storage.write { tx in
      try authority.initialise(settings, keys: keys, origin: origin, in: tx, at: now)
    }
  }
}
