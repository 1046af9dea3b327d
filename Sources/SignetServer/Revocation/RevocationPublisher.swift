internal import Logging
internal import ServiceLifecycle
internal import SignetAuthority

/// Keeps the feed going: sends what the hub was told, reads the log again and again, and lets nobody wait for
/// a sign of life.
struct RevocationPublisher: Service {
  let service: AuthorityService
  /// Between two readings. While the log cannot be read, two heartbeats are less than twice that apart.
  let interval: Duration

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await sending() }
        group.addTask { await reading() }
        group.addTask { await beating() }
      }
    }
  }

  private func sending() async {
    for await _ in service.hub.wakeUps where !service.hub.send() { await read() }
  }

  private func reading() async {
    while await pause() { await read() }
  }

  /// A reading may fail, or take long. Then the heartbeat says how old the last one is.
  private func beating() async {
    while await pause() { service.hub.beatIfSilent() }
  }

  private func read() async {
    do {
      try await service.readLog()
    } catch {
      // Whoever follows the feed sees it, and that the database is lost has been said.
      service.logger.debug(
        "the revocation log could not be read", metadata: ["error.type": "\(type(of: error))"])
    }
  }

  /// False when it is time to end.
  private func pause() async -> Bool {
    do {
      try await Task.sleep(for: interval)
      return true
    } catch {
      return false
    }
  }
}
