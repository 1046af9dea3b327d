internal import Synchronization

// What counts. Recording is one or two atomic additions, without a lock, a look-up or an allocation; reading
// happens when somebody scrapes.

/// A number that only grows.
final class CounterCell: Sendable {
  private let count = Atomic<UInt64>(0)

  func add(_ amount: UInt64 = 1) {
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
final class GaugeCell: Sendable {
  private let bits = Atomic<UInt64>(0.0.bitPattern)

  func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let sum = Double(bitPattern: old) + amount
      let outcome = bits.weakCompareExchange(expected: old, desired: sum.bitPattern, ordering: .relaxed)
      if outcome.exchanged { return }
      old = outcome.original
    }
  }

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How often values fell below each of a few bounds, and their sum.
final class HistogramCell: Sendable {
  /// What one recorded step is worth in the unit that is shown.
  enum Step: Sendable {
    /// Recorded in nanoseconds, shown in seconds.
    case nanosecond
    /// Shown as recorded.
    case one

    var perUnit: Double {
      switch self {
      case .nanosecond: 1_000_000_000
      case .one: 1
      }
    }
  }

  /// The inclusive upper bounds in the unit that is shown, growing; beyond the last there is one more bucket.
  let bounds: [Double]
  private let step: Step
  private let steps: [UInt64]
  private let buckets: [CounterCell]
  private let total = CounterCell()

  init(bounds: [Double], step: Step) {
    self.bounds = bounds
    self.step = step
    steps = bounds.map { UInt64($0 * step.perUnit) }
    buckets = (0...bounds.count).map { _ in CounterCell() }
  }

  /// Records a value in steps.
  func record(_ value: UInt64) {
    var index = 0
    while index < steps.count, value > steps[index] { index += 1 }
    buckets[index].add()
    total.add(value)
  }

  /// Records a length of time; one below zero counts as none.
  func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    record(UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds)) / 1_000_000_000)
  }

  /// How many values each bucket holds, the last one those beyond all bounds.
  var counts: [UInt64] { buckets.map(\.value) }

  /// The sum of all values, in the unit that is shown.
  var sum: Double { Double(total.value) / step.perUnit }
}

/// A counter for each value of an enumeration: all of them are there from the start, at zero.
struct CounterGroup<Label: Hashable & CaseIterable & RawRepresentable<String> & Sendable>: Sendable {
  private let cells: [Label: CounterCell]

  init(_ metric: Metric, in registry: MetricRegistry) {
    cells = Dictionary(
      uniqueKeysWithValues: Label.allCases.map { ($0, registry.counter(metric, $0.rawValue)) })
  }

  func add(_ label: Label) {
    cells[label]?.add()
  }
}
