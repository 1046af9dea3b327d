internal import Synchronization

/// Whether the disk has taken what was last written to it, as the storage says after each commit. Asking
/// costs no write.
final class DiskState: Sendable {
  private let state = Atomic(true)

  var isWorking: Bool {
    get { state.load(ordering: .relaxed) }
    set { state.store(newValue, ordering: .relaxed) }
  }
}
