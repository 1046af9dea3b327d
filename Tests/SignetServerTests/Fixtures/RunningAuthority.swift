import HummingbirdTokenVerification
import JOSE
import Logging
import ServiceLifecycle
import SignetAuthority
import SignetTesting

@testable import SignetServer

/// An authority that listens on a loopback port for the length of one test.
struct RunningAuthority: Sendable {
  let service: AuthorityService
  let clock: TestClock
  let log: LogRecorder
  let api: APIClient
  let certificate: ServedCertificate?
  /// Of the metrics' own listener; nil when there is none.
  let metrics: APIClient?
  /// Begins a graceful shutdown.
  let shutDown: @Sendable () async -> Void

  /// Of every account that a test adds, unless it says otherwise.
  static let password = "correct horse battery staple"

  /// What a test may want otherwise.
  struct Options: Sendable {
    var policy: AuthorityPolicy?
    var browserOrigins: Set<String> = []
    var tls: CertificateFiles?
    var trustedProxies = TrustedProxies.none
    var threadCount = 2
    var queueLimit = 1_000
    var limits = ServerConfiguration.Limits()
    var feed = FeedConfiguration()
    var servesMetrics = false
    var makeStorage: @Sendable (@escaping RevocationObserver) throws -> any AuthorityStorage = { observer in
      MemoryStorage(observer: observer)
    }
    /// What the storage that `makeStorage` makes reports to, if it does.
    var metrics = AuthorityMetrics()
  }

  /// Real Argon2id, with next to no memory.
  static func cheapHasher(
    threadCount: Int = 2, queueLimit: Int = 1_000, metrics: HashingMetrics = .unseen
  ) throws -> PasswordHasher {
    try PasswordHasher(
      cost: HashingCost(memoryKiB: 32, passes: 1, lanes: 1, memoryFloorKiB: 8), threadCount: threadCount,
      queueLimit: queueLimit, metrics: metrics, random: .seeded(Seed(2)))
  }

  /// Opens an authority over a new storage.
  static func makeService(_ options: Options, clock: TestClock, logger: Logger) async throws
    -> AuthorityService
  {
    let revocations = RevocationState()
    let hub = RevocationHub(uptime: { .milliseconds(clock.now.milliseconds) })
    let storage = try options.makeStorage(revocations.observer(telling: hub, clock: { clock.now }))
    let made = try TestAuthority(storage: storage, policy: options.policy, clock: clock)
    try await made.initialise()
    return try await AuthorityService.open(
      made.authority, storage: storage,
      hasher: try cheapHasher(
        threadCount: options.threadCount, queueLimit: options.queueLimit, metrics: options.metrics.hashing),
      revocations: revocations, hub: hub, metrics: options.metrics, clock: { clock.now }, logger: logger)
  }

  /// Runs `body` against a server, then shuts it down gracefully.
  static func run<Answer: Sendable>(
    _ options: Options = Options(), _ body: @Sendable (RunningAuthority) async throws -> Answer
  ) async throws -> Answer {
    let log = LogRecorder()
    let clock = TestClock()
    let service = try await makeService(options, clock: clock, logger: log.logger)
    let (ports, announcement) = AsyncStream.makeStream(of: Int.self)
    let server = try AuthorityServer(
      service: service,
      configuration: try ServerConfiguration(
        port: 0, tls: options.tls, trustedProxies: options.trustedProxies,
        browserOrigins: options.browserOrigins, limits: options.limits, feed: options.feed),
      logger: log.logger, onListening: { port in announcement.yield(port) })
    let (metricsPorts, metricsAnnouncement) = AsyncStream.makeStream(of: Int.self)
    let metrics = MetricsServer(
      service: service, listener: try MetricsListener(port: 0), version: "1.2.3", limits: options.limits,
      logger: log.logger,
      onListening: { port in metricsAnnouncement.yield(port) })
    let services: [any Service] = options.servesMetrics ? [metrics, server] : [server]
    let group = ServiceGroup(configuration: .init(services: services, logger: log.logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer {
          announcement.finish()
          metricsAnnouncement.finish()
        }
        try await group.run()
      }
      var iterator = ports.makeAsyncIterator()
      guard let port = await iterator.next() else {
        try await tasks.waitForAll()
        throw FixtureError()
      }
      var metricsIterator = metricsPorts.makeAsyncIterator()
      let metricsPort = options.servesMetrics ? await metricsIterator.next() : nil
      let running = RunningAuthority(
        service: service, clock: clock, log: log, api: APIClient(port: port),
        certificate: server.certificate,
        metrics: metricsPort.map { APIClient(port: $0) },
        shutDown: { await group.triggerGracefulShutdown() })
      let result: Result<Answer, any Error>
      do {
        result = .success(try await body(running))
      } catch {
        result = .failure(error)
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return try result.get()
    }
  }
}

extension RunningAuthority {
  /// Adds an account with a username, a password and roles.
  @discardableResult func addAccount(
    _ name: String = "ada", password: String? = RunningAuthority.password, email: String? = nil,
    roles: [String] = []
  ) async throws -> Account {
    var hash: PasswordHash?
    if let password {
      guard let password = Password(password) else { throw FixtureError() }
      hash = try await service.hasher.hash(password)
    }
    let new = NewAccount(
      username: Username(name), email: email.flatMap { EmailAddress($0) }, displayName: name, roles: roles,
      passwordHash: hash)
    let now = clock.now
    let addition = try await service.storage.write { [authority = service.authority] tx in
      try authority.addAccount(new, origin: TestAuthority.origin, in: tx, at: now)
    }
    guard case .added(let account) = addition else { throw FixtureError() }
    return account
  }

  /// Disables an account, as an administrator does.
  func disable(_ account: Account) async throws {
    let now = clock.now
    _ = try await service.storage.write { [authority = service.authority] tx in
      try authority.disableAccount(account.id, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  /// Logs in and returns the tokens of a JSON client.
  func logIn(_ name: String = "ada", password: String = RunningAuthority.password) async throws -> APITokens {
    try APITokens(
      await api.post("/api/v1/login", ["login": .string(name), "password": .string(password)]))
  }

  /// All audit events, newest first.
  func auditEvents() async throws -> [AuditEvent] {
    try await service.storage.read { tx in try tx.auditEvents(of: nil, before: nil, limit: 10_000) }
  }
}
