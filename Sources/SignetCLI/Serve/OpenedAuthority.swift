internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging
internal import SignetAuthority
internal import SignetSQLite
internal import SignetServer

/// An authority whose database this process has opened and locked. The only place that picks an engine.
struct OpenedAuthority {
  let service: AuthorityService
  private let storage: SQLiteStorage

  /// Opens the authority of `settings`: keyring, database, and whether the three belong together.
  /// - Throws: ``CommandError`` that says what to do.
  init(_ settings: Settings, logger: Logger) async throws {
    let directory = AuthorityDirectory(settings.dataDirectory)
    try FileMode.requireOwnersAlone(toWrite: directory.path)
    let keyring = try directory.readKeyring()
    guard FileMode.of(directory.database) != nil else {
      throw CommandError(
        "there is no database at \(directory.database)",
        next: "make one with `signet init`, or restore a backup")
    }
    try FileMode.requirePrivate(directory.database)
    let revocations = RevocationState()
    let metrics = AuthorityMetrics()
    do {
      storage = try SQLiteStorage.open(
        path: directory.database, observer: revocations.observer(clock: SystemClock.now),
        commitObserver: metrics.commitObserver, checkpointObserver: metrics.checkpointObserver)
      service = try await AuthorityService.open(
        Authority(policy: settings.policy, keyring: keyring, random: .system), storage: storage,
        hasher: PasswordHasher(
          threadCount: settings.hashingThreads, queueLimit: settings.hashingQueue, metrics: metrics.hashing,
          random: .system),
        revocations: revocations, metrics: metrics, clock: SystemClock.now, logger: logger)
    } catch let error as StorageError {
      throw CommandError(FailureText.text(of: error))
    } catch {
      throw CommandError("\(directory.database): \(FailureText.text(of: error))")
    }
  }

  /// Lets go of the database.
  func close() throws {
    service.hasher.stop()
    try storage.close()
  }
}
