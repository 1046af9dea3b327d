import ServiceLifecycle
import SignetTesting
import Synchronization
import Testing

@testable import SignetServer

@Suite struct CertificateWatchTests {
  @Test func `a pair that was refused for its mode is taken when the mode is as was asked`() throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let (files, second) = (try certificates.make("first"), try certificates.make("second"))
    let log = LogRecorder()
    let served = try ServedCertificate(files, clock: { TestClock.start }, logger: log.logger)
    try certificates.replace(files.certificate, with: second.certificate, stamp: 1_000)
    try certificates.replace(files.key, with: second.key, stamp: 1_000)
    try certificates.setMode(0o644, of: "first.key")
    for _ in 0..<2 { served.reloadIfChanged() }
    #expect(log.lines.count { $0.contains("chmod 600") } == 1)
    try certificates.setMode(0o600, of: "first.key")
    for _ in 0..<2 { served.reloadIfChanged() }
    #expect(log.lines.count { $0.contains("certificate reloaded") } == 1)
  }

  @Test func `the watch looks after each interval, takes what has changed, and ends with the server`()
    async throws
  {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let (files, second) = (try certificates.make("first"), try certificates.make("second"))
    let log = LogRecorder()
    let served = try ServedCertificate(files, clock: { TestClock.start }, logger: log.logger)
    let time = SteppedTime()
    let group = ServiceGroup(
      configuration: .init(
        services: [CertificateWatch(certificate: served, interval: .seconds(10), pause: time.pause)],
        logger: log.logger))
    let running = Task { try await group.run() }
    await time.untilPaused()
    #expect(time.lastPause == .seconds(10))
    await time.step()
    #expect(!log.lines.contains { $0.contains("certificate reloaded") })
    try certificates.replace(files.key, with: second.key, stamp: 1_000)
    try certificates.replace(files.certificate, with: second.certificate, stamp: 1_000)
    await time.step()
    #expect(log.lines.count { $0.contains("certificate reloaded") } == 1)
    await time.step()
    #expect(log.lines.count { $0.contains("certificate reloaded") } == 1)
    await group.triggerGracefulShutdown()
    try await running.value
  }
}

/// Time that passes when a test says so.
private final class SteppedTime: Sendable {
  private struct State {
    var pauses: [Duration] = []
    var ended = 0
  }

  private let state = Mutex(State())

  /// What the last pause was to last.
  var lastPause: Duration? { state.withLock { $0.pauses.last } }

  func pause(_ duration: Duration) async throws {
    let number = state.withLock { state in
      state.pauses.append(duration)
      return state.pauses.count
    }
    while state.withLock({ $0.ended < number }) {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// Waits until somebody pauses.
  func untilPaused() async {
    while state.withLock({ $0.pauses.count == $0.ended }) { await Task.yield() }
  }

  /// Ends the pause, and waits for the next.
  func step() async {
    await untilPaused()
    state.withLock { $0.ended += 1 }
    await untilPaused()
  }
}
