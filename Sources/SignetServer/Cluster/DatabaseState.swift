internal import Synchronization

/// Whether the database can be reached, as the storage says. Asking costs no round trip.
///
/// A file on this machine's own disk always can.
final class DatabaseState: Sendable {
  private let isLost = Atomic(false)
  let reachable: GaugeCell
  let losses: CounterCell

  init(in registry: MetricRegistry) {
    reachable = registry.gauge(.databaseReachable)
    losses = registry.counter(.databaseLosses)
    reachable.set(1)
  }

  var isReachable: Bool { !isLost.load(ordering: .relaxed) }

  func lose() {
    isLost.store(true, ordering: .relaxed)
    reachable.set(0)
    losses.add()
  }

  func regain() {
    isLost.store(false, ordering: .relaxed)
    reachable.set(1)
  }
}
