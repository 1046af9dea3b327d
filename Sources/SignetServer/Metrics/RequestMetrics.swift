internal import HTTPTypes
internal import Synchronization

/// Counts requests: for each row of the route table one set of counters, made once.
final class RequestMetrics: Sendable {
  private let registry: MetricRegistry
  private let routes = Mutex<[String: RouteMetrics]>([:])
  let inFlight: GaugeCell
  let connections: GaugeCell

  init(in registry: MetricRegistry) {
    self.registry = registry
    inFlight = registry.gauge(.requestsInFlight)
    connections = registry.gauge(.connections)
  }

  /// The counters of `route`, which is a path of the route table. The same ones each time.
  func route(_ route: String) -> RouteMetrics {
    routes.withLock { routes in
      if let known = routes[route] { return known }
      let made = RouteMetrics(route, duration: registry.histogram(.requestDuration, route))
      routes[route] = made
      return made
    }
  }

  /// How often each route was asked how, and answered what; what never happened is left out.
  func samples() -> [MetricSample] {
    routes.withLock { $0.values.sorted { $0.route < $1.route } }.flatMap { $0.samples() }
  }
}

/// The counters of one route.
///
/// Methods and status codes that are not in the tables are counted under one name each, so that nothing a
/// client sends makes a new series.
final class RouteMetrics: Sendable {
  let route: String
  private let duration: HistogramCell
  /// Method by method, a counter for each code.
  private let counts: [CounterCell]

  init(_ route: String, duration: HistogramCell) {
    self.route = route
    self.duration = duration
    counts = (0..<Self.methods.count * Self.codes.count).map { _ in CounterCell() }
  }

  func record(_ method: HTTPRequest.Method, status: Int, took time: Duration) {
    duration.record(time)
    counts[Self.row(of: method) * Self.codes.count + Self.column(of: status)].add()
  }

  func samples() -> [MetricSample] {
    counts.enumerated().compactMap { index, cell in
      let count = cell.value
      guard count > 0 else { return nil }
      let (row, column) = index.quotientAndRemainder(dividingBy: Self.codes.count)
      return MetricSample(
        .requestCount, route, Self.methods[row], Self.codes[column], value: Double(count))
    }
  }

  private static func row(of method: HTTPRequest.Method) -> Int {
    switch method {
    case .get: 0
    case .post: 1
    case .delete: 2
    case .head: 3
    case .options: 4
    case .put: 5
    case .patch: 6
    default: 7
    }
  }

  private static func column(of status: Int) -> Int {
    columns.indices.contains(status) ? columns[status] : 0
  }

  private static let methods = ["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "other"]

  /// What the authority answers with, and a class each for the rest.
  private static let codes =
    ["other", "2xx", "3xx", "4xx", "5xx", "200", "201", "204", "304", "400", "401", "403", "404", "405"]
    + ["408", "409", "413", "415", "422", "429", "500", "503"]

  /// Status → its place in `codes`.
  private static let columns: [Int] = (0..<600).map { status in
    codes.firstIndex(of: String(status)) ?? max(0, status / 100 - 1)
  }
}
