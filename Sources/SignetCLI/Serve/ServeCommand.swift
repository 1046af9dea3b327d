internal import ArgumentParser
internal import JOSE
internal import Logging
internal import ServiceLifecycle
internal import SignetAuthority
internal import SignetServer
internal import UnixSignals

/// `signet serve`.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the authority until SIGTERM or SIGINT.",
    discussion: """
      One line on standard output says when it is ready; the log goes to standard error. A signal finishes \
      what has begun, then stops. Commands reach the running server through a socket in its data directory.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: "Overrides server.address.")
  var address: String?

  @Option(help: "Overrides server.port; 0 takes any free one.")
  var port: String?

  @Option(help: ArgumentHelp("Overrides log.format: text or json.", valueName: "form"))
  var logFormat: String?

  @Option(help: "Overrides log.level.")
  var logLevel: String?

  @Flag(help: "Print every setting as it counts and where it comes from, and do not serve.")
  var printConfig = false

  @Flag(help: "Say whether it could start, and do not serve; works beside a server that runs.")
  var check = false

  @Flag(help: "The ready line, or what --print-config or --check prints, in JSON.")
  var json = false

  mutating func validate() throws {
    guard !printConfig || !check else {
      throw ValidationError("--print-config and --check are two questions; ask one at a time")
    }
  }

  mutating func run() async throws {
    if printConfig { return try printConfiguration() }
    if check { return try checkStart() }
    let settings = try configuration.settings(flags: flags)
    let (logger, log) = LogLines.queuedLogger(settings)
    defer { log.finish() }
    let lock = try Self.directoryLock(settings)
    defer { withExtendedLifetime(lock) {} }
    var served = settings.server
    served.feed = try settings.feed.configuration()
    let authority = try await OpenedAuthority(settings, logger: logger)
    let notice = SupervisorNotice.given(logger: logger)
    let ready = ReadyLine(
      scheme: settings.server.tls == nil ? "http" : "https", host: settings.server.host,
      issuer: settings.policy.issuer, servesMetrics: settings.server.metrics != nil, json: json,
      notice: notice)
    let control = ControlServer(
      path: AuthorityDirectory(settings.dataDirectory).socket,
      administration: Administration(service: authority.service), logger: logger,
      onListening: { await ready.controlListens() })
    let server: AuthorityServer
    do {
      server = try AuthorityServer(
        service: authority.service, configuration: served, logger: logger,
        onListening: { port in await ready.serverListens(port) })
    } catch {
      try authority.close()
      throw CommandError("\(error)")
    }
    let metrics = settings.server.metrics.map { listener in
      MetricsServer(
        service: authority.service, listener: listener, version: Signet.configuration.version,
        limits: settings.server.limits, logger: logger, onListening: { _ in await ready.metricsListen() })
    }
    let follower = ClusterFollower(service: authority.service)
    // Ended in the reverse order: what the server does last is still counted where it can be read.
    let services: [any Service] =
      [control, follower] + (metrics.map { [$0] } ?? []) + [server]
      + [Drain(service: authority.service, duration: settings.server.drain), StopNotice(notice: notice)]
    do {
      try authority.follow(follower.hear)
      try await Self.group(of: services, logger: logger).run()
    } catch {
      try authority.close()
      if let failure = error as? ListenFailure { throw CommandError("\(failure)", next: failure.advice) }
      throw CommandError("the server stopped: \(FailureText.text(of: error))")
    }
    try authority.close()
  }

  /// When one fails the others end as on a signal: what they have begun is finished.
  private static func group(of services: [any Service], logger: Logger) -> ServiceGroup {
    ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
  }

  /// Holds the data directory where the database's own lock does not: the control socket is one server's.
  private static func directoryLock(_ settings: Settings) throws -> DirectoryLock? {
    guard case .postgres = settings.database else { return nil }
    let directory = AuthorityDirectory(settings.dataDirectory).path
    try FileMode.requireOwnersAlone(toWrite: directory)
    if let lock = try DirectoryLock(directory) { return lock }
    throw CommandError(
      "a server runs on \(directory)", next: "give each node a data directory of its own")
  }

  /// Prints first and judges then: whoever looks for a wrong value must see where it comes from.
  private func printConfiguration() throws {
    let layers = try configuration.layers(flags: flags)
    let listing = ConfigurationListing(layers)
    if json { listing.json.forEach(Output.json) } else { listing.lines.forEach(Output.line) }
    _ = try Settings(layers)
  }

  /// Opens what serving would open, and changes nothing.
  private func checkStart() throws {
    let report: FindingReport
    do {
      report = FindingReport(findings: try Examination(configuration.layers(flags: flags)).ofStart())
    } catch {
      report = FindingReport(findings: [.problem("configuration", error: error)])
    }
    if json { report.json.forEach(Output.json) } else { report.lines.forEach(Output.line) }
    guard !report.hasProblem else { throw ExitCode.failure }
  }

  private var flags: [SettingLayers.Flag] {
    let given = [
      ("server.address", address), ("server.port", port), ("log.format", logFormat), ("log.level", logLevel),
    ]
    return given.compactMap { name, value in
      value.map {
        SettingLayers.Flag(setting: name, value: $0, spelling: Setting.named(name)?.flag ?? name)
      }
    }
  }
}

/// Says that the server is ready, once the clients, the administrators and the scrapers can reach it.
private actor ReadyLine {
  private let scheme: String
  private let host: String
  private let issuer: String
  private let json: Bool
  private var port: Int?
  private var hasControl = false
  private var hasMetrics: Bool
  private let notice: SupervisorNotice

  init(
    scheme: String, host: String, issuer: String, servesMetrics: Bool, json: Bool, notice: SupervisorNotice
  ) {
    self.notice = notice
    hasMetrics = !servesMetrics
    self.scheme = scheme
    self.host = host
    self.issuer = issuer
    self.json = json
  }

  func serverListens(_ port: Int) {
    self.port = port
    writeIfReady()
  }

  func controlListens() {
    hasControl = true
    writeIfReady()
  }

  func metricsListen() {
    hasMetrics = true
    writeIfReady()
  }

  private func writeIfReady() {
    guard let port, hasControl, hasMetrics else { return }
    let address = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    let line: JSON = ["ready": true, "address": .string(address), "issuer": .string(issuer)]
    Output.announce(json ? line.encodedString() : "ready  \(address)  issuer \(issuer)")
    notice.tell(.ready)
  }
}
