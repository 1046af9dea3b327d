internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging
internal import SignetAuthority
internal import SignetServer

/// An authority whose database this process has opened.
struct OpenedAuthority {
  let service: AuthorityService
  private let opened: OpenedStorage

  /// Opens the authority of `settings`: keyring, database, and whether the three belong together.
  /// - Throws: ``CommandError`` that says what to do.
  init(_ settings: Settings, logger: Logger) async throws {
    let directory = AuthorityDirectory(settings.dataDirectory)
    try FileMode.requireOwnersAlone(toWrite: directory.path)
    let keyring = try directory.readKeyring()
    let (revocations, hub) = (RevocationState(), RevocationHub())
    let metrics = AuthorityMetrics()
    do {
      opened = try OpenedStorage(
        settings.database, in: directory,
        observer: revocations.observer(telling: hub, clock: SystemClock.now), metrics: metrics)
    } catch let error as StorageError {
      throw CommandError(FailureText.text(of: error), next: settings.database.advice)
    }
    do {
      service = try await AuthorityService.open(
        Authority(policy: settings.policy, keyring: keyring, random: .system), storage: opened.storage,
        hasher: PasswordHasher(
          threadCount: settings.hashingThreads, queueLimit: settings.hashingQueue, metrics: metrics.hashing,
          random: .system),
        revocations: revocations, hub: hub, metrics: metrics, clock: SystemClock.now, logger: logger)
    } catch let error as StorageError {
      throw CommandError(FailureText.text(of: error), next: settings.database.advice)
    } catch {
      throw CommandError("\(opened.place): \(FailureText.text(of: error))")
    }
  }

  /// Begins to hear what other processes do to the database, where there can be others.
  func follow(_ observer: @escaping StorageNewsObserver) throws {
    try opened.follow(observer)
  }

  /// Lets go of the database.
  func close() throws {
    service.hasher.stop()
    try opened.close()
  }
}

extension DatabaseSettings {
  /// What to do when the database cannot be opened, besides what the storage says itself.
  fileprivate var advice: String? {
    switch self {
    case .embedded: nil
    case .postgres: "start the database, or correct database.url; `signet doctor` looks closer"
    }
  }
}
