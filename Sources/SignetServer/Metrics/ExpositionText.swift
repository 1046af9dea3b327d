/// Writes metrics in Prometheus' text format, version 0.0.4.
struct ExpositionText {
  private(set) var text = ""

  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  /// The lines that come before a metric's series.
  mutating func begin(_ metric: Metric) {
    text += "# HELP \(metric.name) \(Self.escaped(metric.help, quotes: false))\n"
    text += "# TYPE \(metric.name) \(metric.type)\n"
  }

  mutating func add(_ sample: MetricSample) {
    line(sample.metric.name, sample.labels, Self.number(sample.value))
  }

  mutating func add(_ metric: Metric, _ labels: [MetricLabel], _ cell: MetricRegistry.Cell) {
    switch cell {
    case .counter(let cell): line(metric.name, labels, String(cell.value))
    case .gauge(let cell): line(metric.name, labels, Self.number(cell.value))
    case .histogram(let cell): add(metric, labels, cell)
    }
  }

  /// Buckets are cumulative, and the last one is the count: whatever is recorded meanwhile, they agree.
  private mutating func add(_ metric: Metric, _ labels: [MetricLabel], _ cell: HistogramCell) {
    var below: UInt64 = 0
    for (index, count) in cell.counts.enumerated() {
      below += count
      let bound = index < cell.bounds.count ? cell.bounds[index] : .infinity
      line(metric.name + "_bucket", labels + [MetricLabel("le", Self.number(bound))], String(below))
    }
    line(metric.name + "_sum", labels, Self.number(cell.sum))
    line(metric.name + "_count", labels, String(below))
  }

  private mutating func line(_ name: String, _ labels: [MetricLabel], _ value: String) {
    let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
    text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs.joined(separator: ","))} \(value)\n"
  }

  /// As Go's `ParseFloat` reads it.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return String(whole) }
    return String(value)
  }

  /// `\` and a line feed are escaped everywhere, a quote in a label's value. By scalars: a line feed must be
  /// found whatever stands beside it.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
