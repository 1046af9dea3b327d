internal import Synchronization

/// Keeps the series of every metric, and writes them as a page.
///
/// Whoever records asks once for a cell and keeps it: the lock here is for asking and for scraping, never for
/// recording.
final class MetricRegistry: Sendable {
  private let state: Mutex<State>

  private struct State {
    var families: [String: Family] = [:]
    /// How many metrics libraries have brought, which are not in the table.
    var foreignCount = 0
  }

  /// One metric with its series.
  struct Family: Sendable {
    let metric: Metric
    var series: [[MetricLabel]: Cell] = [:]
  }

  /// What a series records into.
  enum Cell: Sendable {
    case counter(CounterCell)
    case gauge(GaugeCell)
    case histogram(HistogramCell)
  }

  /// A registry that exposes `metrics` from the start, and what libraries bring later.
  init(_ metrics: [Metric]) {
    let families = metrics.map { ($0.name, Family(metric: $0)) }
    state = Mutex(State(families: Dictionary(uniqueKeysWithValues: families)))
  }

  /// The counter of `metric` for these label values, in the order of its label names. The same one each time.
  func counter(_ metric: Metric, _ values: String...) -> CounterCell {
    guard case .counter(let cell)? = cell(of: metric, Self.labels(metric, values)) else {
      return CounterCell()
    }
    return cell
  }

  func gauge(_ metric: Metric, _ values: String...) -> GaugeCell {
    guard case .gauge(let cell)? = cell(of: metric, Self.labels(metric, values)) else { return GaugeCell() }
    return cell
  }

  func histogram(_ metric: Metric, _ values: String...) -> HistogramCell {
    guard case .histogram(let cell)? = cell(of: metric, Self.labels(metric, values)) else {
      return HistogramCell(bounds: [], step: .one)
    }
    return cell
  }

  /// The cell of a series, which is made if there is none. Nil when another metric has the name, or when
  /// libraries have brought too many metrics: then what is recorded is not shown.
  func cell(of metric: Metric, _ labels: [MetricLabel]) -> Cell? {
    state.withLock { state in
      if state.families[metric.name] == nil {
        guard state.foreignCount < Self.maximumForeignMetrics else { return nil }
        state.foreignCount += 1
        state.families[metric.name] = Family(metric: metric)
      }
      return state.families[metric.name]?.cell(like: metric, labels)
    }
  }

  /// Whether the table, or a library before, has this name.
  func metric(named name: String) -> Metric? {
    state.withLock { $0.families[name]?.metric }
  }

  /// The page, with what was read for it in `samples`.
  func page(with samples: [MetricSample] = []) -> String {
    let families = state.withLock { $0.families.values.sorted { $0.metric.name < $1.metric.name } }
    let read = Dictionary(grouping: samples, by: \.metric.name)
    var text = ExpositionText()
    for family in families {
      text.begin(family.metric)
      for (labels, cell) in family.series.sorted(by: { $0.key.orderingText < $1.key.orderingText }) {
        text.add(family.metric, labels, cell)
      }
      for sample in read[family.metric.name] ?? [] { text.add(sample) }
    }
    return text.text
  }

  private static func labels(_ metric: Metric, _ values: [String]) -> [MetricLabel] {
    zip(metric.labels, values).map { MetricLabel($0, $1) }
  }

  /// No metric has more series than this: whatever comes later is counted together.
  static let maximumSeries = 256
  static let maximumForeignMetrics = 64
}

extension MetricRegistry.Family {
  /// The cell of a series; beyond the limit, that of the one series with `other` in every label.
  fileprivate mutating func cell(like other: Metric, _ labels: [MetricLabel]) -> MetricRegistry.Cell? {
    guard other.type == metric.type else { return nil }
    var labels = labels
    if series[labels] == nil, series.count >= MetricRegistry.maximumSeries {
      labels = labels.map { MetricLabel($0.name, "other") }
    }
    if let cell = series[labels] { return cell }
    let cell = Self.cell(for: metric.kind)
    series[labels] = cell
    return cell
  }

  private static func cell(for kind: Metric.Kind) -> MetricRegistry.Cell {
    switch kind {
    case .counter: .counter(CounterCell())
    case .gauge: .gauge(GaugeCell())
    case .times(let bounds): .histogram(HistogramCell(bounds: bounds, step: .nanosecond))
    case .sizes(let bounds): .histogram(HistogramCell(bounds: bounds, step: .one))
    }
  }
}

extension [MetricLabel] {
  /// Puts the series of a metric in an order that does not change from page to page.
  fileprivate var orderingText: String { map(\.value).joined(separator: "\n") }
}
