internal import SignetAuthority
internal import SignetPostgres
internal import SignetSQLite
internal import SignetServer

/// The storage that the settings name. The only place that picks an engine to work on.
struct OpenedStorage {
  private enum Engine {
    case sqlite(SQLiteStorage)
    /// With its way past a pooler, if it has one of its own.
    case postgres(PostgresStorage, direct: PostgresTarget?)
  }

  /// Which database it is, for messages.
  let place: String
  private let engine: Engine

  /// Opens the database: SQLite's for this process alone, PostgreSQL's beside whoever else uses it.
  /// - Throws: ``CommandError`` or `StorageError`.
  init(
    _ settings: DatabaseSettings, in directory: AuthorityDirectory, observer: @escaping RevocationObserver,
    metrics: AuthorityMetrics
  ) throws {
    switch settings {
    case .embedded:
      guard FileMode.of(directory.database) != nil else {
        throw CommandError(
          "there is no database at \(directory.database)",
          next: "make one with `signet init`, or restore a backup")
      }
      try FileMode.requirePrivate(directory.database)
      place = directory.database
      engine = .sqlite(
        try SQLiteStorage.open(
          path: directory.database, observer: observer, commitObserver: metrics.commitObserver,
          checkpointObserver: metrics.checkpointObserver))
    case .postgres(let settings):
      place = "\(settings.target)"
      engine = .postgres(
        try PostgresStorage.open(
          try settings.targetWithPassword(), limits: PostgresLimits(connections: settings.connections),
          observer: observer, commitObserver: metrics.serverCommitObserver,
          onRoundTrip: metrics.roundTripObserver), direct: try settings.directTargetWithPassword())
    }
  }

  var storage: any AuthorityStorage {
    switch engine {
    case .sqlite(let storage): storage
    case .postgres(let storage, _): storage
    }
  }

  func follow(_ observer: @escaping StorageNewsObserver) throws {
    switch engine {
    case .sqlite: break
    case .postgres(let storage, let direct): try storage.follow(through: direct, observer: observer)
    }
  }

  func close() throws {
    switch engine {
    case .sqlite(let storage): try storage.close()
    case .postgres(let storage, _): storage.close()
    }
  }
}
