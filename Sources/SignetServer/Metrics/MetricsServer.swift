internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import JOSE
package import Logging
internal import NIOCore
internal import ServiceLifecycle
package import SignetAuthority

/// Serves `GET /metrics`, and nothing else, on a listener of its own: what clients reach never leads here.
package struct MetricsServer: Service {
  private let page: MetricsPage
  private let listener: MetricsListener
  private let limits: ServerConfiguration.Limits
  private let logger: Logger
  private let shutdown = ShutdownFlag()
  private let onListening: @Sendable (_ port: Int) async -> Void

  /// A server that does not run yet. Of `limits` those count that hold for a connection; `onListening` is
  /// called with the port once it answers.
  package init(
    service: AuthorityService, listener: MetricsListener, version: String,
    limits: ServerConfiguration.Limits = ServerConfiguration.Limits(), logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    page = MetricsPage(service: service, version: version)
    self.listener = listener
    self.limits = limits
    self.logger = logger
    self.onListening = onListening
  }

  /// Serves until a graceful shutdown or cancellation.
  /// - Throws: ``ListenFailure`` when the address cannot be listened on.
  package func run() async throws {
    let router = Router(context: AuthorityRequestContext.self)
    if ServerConfiguration.isLoopback(listener.host) { router.add(middleware: LocalNameMiddleware()) }
    router.add(middleware: RequestBodyMiddleware())
    router.get("/metrics") { [page] _, _ in
      let buffer = ByteBuffer(string: await page.text())
      return Response(
        status: .ok,
        headers: [
          .contentType: ExpositionText.mediaType, .cacheControl: "no-store",
          .contentLength: String(buffer.readableBytes),
        ],
        body: ResponseBody(byteBuffer: buffer))
    }
    let onListening = onListening
    let application = Application(
      router: router,
      server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(listener.host, port: listener.port),
        availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
      logger: logger)
    do {
      try await withGracefulShutdownHandler {
        try await application.run()
      } onGracefulShutdown: { [shutdown] in
        shutdown.raise()
      }
    } catch let error as IOError {
      throw ListenFailure(error, group: "metrics", host: listener.host, port: listener.port) ?? error
    }
  }

  /// Connections with the deadlines and the limits of the clients' listener.
  private var server: HTTPServerBuilder {
    let (limits, shutdown) = (limits, shutdown)
    return HTTPServerBuilder { responder in
      GuardedChannel(
        inner: HTTP1Channel(
          responder: responder,
          configuration: HTTP1Channel.Configuration(
            // A scrape has no body. Who sends one slowly would keep others from one of the few connections.
            additionalChannelHandlers: [RequestIntake(), BodyDeadline(timeout: .seconds(5))],
            idleTimeout: .milliseconds(limits.idleTimeout.wholeMilliseconds),
            httpDecoderConfiguration: limits.decoding)),
        limits: limits.deadlines,
        addresses: AddressShares(limit: Self.maximumConnections / 2, proxies: .none),
        shutdown: shutdown)
    }
  }

  /// A scraper needs one or two.
  private static let maximumConnections = 16
}

/// Where metrics are served.
package struct MetricsListener: Hashable, Sendable {
  package let host: String
  /// 0 lets the system choose.
  package let port: Int

  /// A listener; throws a `PolicyError` that names the setting.
  ///
  /// Whoever reaches the page reads it: there is no password, and no TLS. So other machines are let in only
  /// when the operator has said so in `isRemote`.
  package init(host: String = "127.0.0.1", port: Int, isRemote: Bool = false) throws(PolicyError) {
    guard isRemote || ServerConfiguration.isLoopback(host) else {
      throw PolicyError(
        setting: "metrics.address",
        problem: "\(host) can be reached from other machines, and whoever reaches it reads the metrics; set "
          + "metrics.remote to true if that is wanted, or listen on 127.0.0.1")
    }
    guard (0...65_535).contains(port) else {
      throw PolicyError(setting: "metrics.port", problem: "must be from 0 to 65535")
    }
    self.host = host
    self.port = port
  }
}
