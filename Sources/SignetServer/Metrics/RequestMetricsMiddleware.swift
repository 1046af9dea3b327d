internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore

/// Counts every request and how long it took. The first of all, so that it sees each answer as it leaves.
struct RequestMetricsMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  private let routes: [String: RouteMetrics]
  private let unknown: RouteMetrics
  private let inFlight: GaugeCell

  /// `paths` are those of the route table.
  init(_ metrics: RequestMetrics, paths: some Sequence<String>) {
    let names = Set(paths.map { RouterPath($0).description })
    routes = Dictionary(uniqueKeysWithValues: names.map { ($0, metrics.route($0)) })
    unknown = metrics.route("none")
    inFlight = metrics.inFlight
  }

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    inFlight.add(1)
    defer { inFlight.add(-1) }
    // What no middleware has answered is answered with 500.
    var status = 500
    defer {
      let route = context.endpointPath.flatMap { routes[$0] } ?? unknown
      route.record(request.method, status: status, took: ContinuousClock.now - start)
    }
    let response = try await next(request, context)
    status = response.status.code
    return response
  }
}

/// Counts the open connections, beside holding them to a limit.
struct CountedConnections: AvailableConnectionsDelegate {
  private var limit: MaximumAvailableConnections
  private let open: GaugeCell

  init(_ limit: MaximumAvailableConnections, open: GaugeCell) {
    self.limit = limit
    self.open = open
  }

  mutating func connectionOpened() {
    limit.connectionOpened()
    open.add(1)
  }

  mutating func connectionClosed() {
    limit.connectionClosed()
    open.add(-1)
  }

  func isAcceptingNewConnections() -> Bool {
    limit.isAcceptingNewConnections()
  }
}
