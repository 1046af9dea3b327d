package import JOSE
internal import Synchronization

/// A clock that stands still until a test moves it.
package final class TestClock: Sendable {
  private let instant: Mutex<Timestamp>

  /// 2027-01-15T08:00:00Z, where tests begin.
  package static let start = Timestamp(seconds: 1_800_000_000)

  package init(_ start: Timestamp = TestClock.start) {
    instant = Mutex(start)
  }

  package var now: Timestamp {
    instant.withLock { $0 }
  }

  package func set(_ now: Timestamp) {
    instant.withLock { $0 = now }
  }

  package func advance(by duration: Duration) {
    instant.withLock { $0 = $0 + duration }
  }
}
