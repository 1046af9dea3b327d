internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Whether this server is about to stop, and wants no more work.
package final class DrainState: Sendable {
  private let state = Atomic(false)

  package init() {}

  var isDraining: Bool { state.load(ordering: .relaxed) }

  func begin() {
    state.store(true, ordering: .relaxed)
  }
}

/// Makes a stop begin with `/health/ready` saying 503, while requests are still taken: whoever looks at it, a
/// proxy, sends no more of them before the listener closes.
///
/// It has to be the last of the services, which are ended in the reverse order.
package struct Drain: Service {
  private let service: AuthorityService
  private let duration: Duration
  private let pause: @Sendable (Duration) async throws -> Void

  package init(
    service: AuthorityService, duration: Duration,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.service = service
    self.duration = duration
    self.pause = pause
  }

  package func run() async throws {
    try await gracefulShutdown()
    service.drain.begin()
    // Whoever follows the feed here goes on elsewhere.
    service.hub.close()
    guard duration > .zero else { return }
    service.logger.info("draining", metadata: ["seconds": "\(duration.components.seconds)"])
    try await pause(duration)
  }
}
