internal import Metrics

/// Takes in what libraries record through swift-metrics.
///
/// A counter's name gets `_total` at its end, a timer's `_seconds`, and a character that Prometheus does not
/// allow becomes `_`. What is recorded under a name of another kind is not shown.
struct PrometheusFactory: MetricsFactory {
  let registry: MetricRegistry

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let cell = cell(Self.name(label, ending: "_total"), .counter, dimensions)
    guard case .counter(let counter)? = cell else { return RecordedCounter(CounterCell()) }
    return RecordedCounter(counter)
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    RecordedGauge(gauge(label, dimensions))
  }

  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    guard aggregate else { return RecordedGauge(gauge(label, dimensions)) }
    let cell = cell(Self.name(label, ending: ""), .sizes(Self.sizes), dimensions)
    guard case .histogram(let histogram)? = cell else {
      return RecordedSizes(HistogramCell(bounds: [], step: .one))
    }
    return RecordedSizes(histogram)
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let cell = cell(Self.name(label, ending: "_seconds"), .times(Self.times), dimensions)
    guard case .histogram(let histogram)? = cell else {
      return RecordedTimes(HistogramCell(bounds: [], step: .nanosecond))
    }
    return RecordedTimes(histogram)
  }

  // A series stays: a scrape must not find that a counter has gone.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeCell {
    guard case .gauge(let gauge)? = cell(Self.name(label, ending: ""), .gauge, dimensions) else {
      return GaugeCell()
    }
    return gauge
  }

  private func cell(
    _ name: String, _ kind: Metric.Kind, _ dimensions: [(String, String)]
  ) -> MetricRegistry.Cell? {
    let labels = dimensions.map { MetricLabel(Self.legal($0.0, colon: false), $0.1) }
      .sorted { $0.name < $1.name }
    let declared = registry.metric(named: name)
    let metric =
      declared ?? Metric(name, kind, labels: labels.map(\.name), "Recorded by a library of this process.")
    guard declared == nil || declared?.labels.sorted() == labels.map(\.name) else { return nil }
    let wanted = Metric(name, kind, labels: metric.labels, metric.help)
    return registry.cell(of: wanted, labels)
  }

  private static func name(_ label: String, ending: String) -> String {
    let name = legal(label, colon: true)
    return name.hasSuffix(ending) ? name : name + ending
  }

  /// A name of letters, digits and `_` that does not begin with a digit, at most 128 bytes.
  private static func legal(_ text: String, colon: Bool) -> String {
    let bytes = text.utf8.prefix(128).map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): byte
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): byte
      case UInt8(ascii: ":") where colon: byte
      default: UInt8(ascii: "_")
      }
    }
    let startsWithDigit = bytes.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? true
    return (startsWithDigit ? "_" : "") + String(decoding: bytes, as: UTF8.self)
  }

  private static let times = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
  private static let sizes: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
}

private final class RecordedCounter: CounterHandler {
  private let cell: CounterCell

  init(_ cell: CounterCell) {
    self.cell = cell
  }

  func increment(by amount: Int64) {
    cell.add(UInt64(max(0, amount)))
  }

  /// A counter of Prometheus never goes back while the process runs.
  func reset() {}
}

private final class RecordedGauge: MeterHandler, RecorderHandler {
  private let cell: GaugeCell

  init(_ cell: GaugeCell) {
    self.cell = cell
  }

  func set(_ value: Int64) { cell.set(Double(value)) }
  func set(_ value: Double) { cell.set(value) }
  func increment(by amount: Double) { cell.add(amount) }
  func decrement(by amount: Double) { cell.add(-amount) }
  func record(_ value: Int64) { cell.set(Double(value)) }
  func record(_ value: Double) { cell.set(value) }
}

private final class RecordedSizes: RecorderHandler {
  private let cell: HistogramCell

  init(_ cell: HistogramCell) {
    self.cell = cell
  }

  func record(_ value: Int64) { cell.record(UInt64(max(0, value))) }
  func record(_ value: Double) { cell.record(UInt64(exactly: max(0, value).rounded()) ?? 0) }
}

private final class RecordedTimes: TimerHandler {
  private let cell: HistogramCell

  init(_ cell: HistogramCell) {
    self.cell = cell
  }

  func recordNanoseconds(_ duration: Int64) { cell.record(UInt64(max(0, duration))) }
}
