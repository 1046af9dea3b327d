/// One metric that the authority exposes: its name, what it means, and the names of its labels.
///
/// The table in `MetricTable.swift` is the only list: the page and its `HELP` lines come from it, and a test
/// holds `docs/metrics.md` to it.
package struct Metric: Hashable, Sendable {
  /// How its value behaves.
  package enum Kind: Hashable, Sendable {
    case counter
    case gauge
    /// A distribution of times, with these upper bounds in seconds.
    case times([Double])
    /// A distribution of sizes, with these upper bounds.
    case sizes([Double])
  }

  /// As Prometheus wants it: base units, and `_total` at the end of a counter.
  package let name: String
  package let kind: Kind
  package let labels: [String]
  package let help: String

  init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
    self.name = name
    self.kind = kind
    self.labels = labels
    self.help = help
  }

  /// The word in the `TYPE` line.
  package var type: String {
    switch kind {
    case .counter: "counter"
    case .gauge: "gauge"
    case .times, .sizes: "histogram"
    }
  }
}

/// A name and a value that tell one series of a metric from another.
struct MetricLabel: Hashable, Sendable {
  let name: String
  let value: String

  /// A label, its value cut to 128 bytes. Values come from this program and its configuration, never from a
  /// client; the limit is for libraries whose values are not ours.
  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value.cut(toBytes: 128)
  }
}

/// A value that was read for one page.
struct MetricSample: Sendable {
  let metric: Metric
  let labels: [MetricLabel]
  let value: Double

  /// A sample; the label values stand in the order of the metric's label names.
  init(_ metric: Metric, _ values: String..., value: Double) {
    self.metric = metric
    labels = zip(metric.labels, values).map { MetricLabel($0, $1) }
    self.value = value
  }
}
