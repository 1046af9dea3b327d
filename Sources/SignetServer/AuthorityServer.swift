internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import JOSE
package import Logging
internal import Metrics
internal import NIOCore
internal import ServiceLifecycle

/// The authority over HTTP: it serves until a graceful shutdown, and finishes what it has begun.
package struct AuthorityServer: Service {
  private let service: AuthorityService
  private let configuration: ServerConfiguration
  private let upkeepInterval: Duration
  private let certificateInterval: Duration
  private let logger: Logger
  let certificate: ServedCertificate?
  private let onListening: @Sendable (_ port: Int) async -> Void
  private let shutdown = ShutdownFlag()

  /// A server that does not run yet.
  ///
  /// Every `upkeepInterval` it removes what has expired; `onListening` is called with the port once
  /// connections are accepted.
  /// - Throws: When the configuration's certificate and key cannot be served.
  package init(
    service: AuthorityService, configuration: ServerConfiguration, upkeepInterval: Duration = .seconds(300),
    certificateInterval: Duration = .seconds(10), logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) throws(CertificateError) {
    if let files = configuration.tls {
      certificate = try ServedCertificate(files, clock: service.clock, logger: logger)
    } else {
      certificate = nil
    }
    self.service = service
    self.configuration = configuration
    self.upkeepInterval = upkeepInterval
    self.certificateInterval = certificateInterval
    self.logger = logger
    self.onListening = onListening
  }

  /// Serves until a graceful shutdown or cancellation.
  /// - Throws: ``ListenFailure`` when the address cannot be listened on.
  package func run() async throws {
    let (shutdown, factory, hub) = (shutdown, service.metrics.factory, service.hub)
    do {
      try await withGracefulShutdownHandler {
        try await withMetricsFactory(factory) { try await application().run() }
      } onGracefulShutdown: {
        shutdown.raise()
        hub.close()
      }
    } catch let error as IOError {
      throw ListenFailure(error, group: "server", host: configuration.host, port: configuration.port)
        ?? error
    }
  }

  /// The application behind it.
  func application() throws -> some ApplicationProtocol {
    let limits = configuration.limits
    let onListening = onListening
    let openChannels = OpenChannels(
      limit: limits.openRequests,
      shares: AddressShares(limit: limits.requestsPerAddress, proxies: configuration.trustedProxies))
    return Application(
      router: try RouteTable(service: service, configuration: configuration).router(),
      server: server(
        HTTP1Channel.Configuration(
          additionalChannelHandlers: [
            openChannels.handler(), RequestIntake(), BodyDeadline(timeout: limits.bodyTimeout),
          ],
          idleTimeout: .milliseconds(limits.idleTimeout.wholeMilliseconds),
          httpDecoderConfiguration: limits.decoding)
      ),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: CountedConnections(
          .maximum(limits.connections, logger: logger), open: service.metrics.requests.connections)),
      services: [
        Upkeep(service: service, interval: upkeepInterval),
        RevocationPublisher(service: service, interval: configuration.feed.heartbeat),
      ] + certificateWatch,
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
      logger: logger)
  }

  /// HTTP/1.1 alone in plain text; over TLS whichever the client prefers.
  private func server(_ http1: HTTP1Channel.Configuration) -> HTTPServerBuilder {
    let (limits, certificate) = (configuration.limits, certificate)
    var http2 = HTTP2UpgradeChannel.Configuration(
      idleTimeout: limits.idleTimeout, gracefulCloseTimeout: limits.farewellTimeout,
      streamConfiguration: http1)
    http2.maxAgeTimeout = limits.connectionLifetime
    let upgrade = http2
    return HTTPServerBuilder { responder in
      guard let certificate else { return guarded(HTTP1Channel(responder: responder, configuration: http1)) }
      var tls = certificate.tlsConfiguration
      tls.shutdownTimeout = TimeAmount(limits.tlsFarewellTimeout)
      return guarded(
        try HTTP2UpgradeChannel(tlsConfiguration: tls, configuration: upgrade, responder: responder))
    }
  }

  private func guarded<Inner: ServerChildChannel>(_ inner: Inner) -> GuardedChannel<Inner> {
    let limits = configuration.limits
    return GuardedChannel(
      inner: inner,
      limits: limits.deadlines,
      addresses: AddressShares(
        limit: limits.connectionsPerAddress, proxies: configuration.trustedProxies),
      shutdown: shutdown)
  }

  private var certificateWatch: [any Service] {
    certificate.map { certificate in
      [
        CertificateWatch(
          certificate: certificate, interval: certificateInterval,
          pause: { try await Task.sleep(for: $0) })
      ]
    } ?? []
  }
}
