import JOSE
import NIOCore
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct ShutdownTests {
  @Test func `a graceful shutdown finishes what has begun and accepts nothing new`() async throws {
    var options = RunningAuthority.Options()
    options.threadCount = 1
    let service = try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      let hasher = running.service.hasher
      let gate = Gate()
      try gate.hold(hasher)
      let login = Task { try await running.logIn() }
      await gate.until { hasher.waitingCount == 1 }
      await running.shutDown()
      await refusal(of: running.api)
      gate.open()
      let tokens = try await login.value
      #expect(!tokens.access.isEmpty)
      return running.service
    }
    let sessions = try await service.storage.read { tx in
      try tx.accounts(after: nil, limit: 1).flatMap { try tx.unendedSessions(of: $0.id) }
    }
    #expect(sessions.count == 1)
  }

  /// Waits until the server takes no connection any more.
  private func refusal(of api: APIClient) async {
    // A connection that arrives while the listener closes may get no answer at all.
    let impatient = APIClient(port: api.port, timeout: .seconds(1))
    while true {
      do {
        _ = try await impatient.get("/health/live")
      } catch {
        return
      }
    }
  }

  @Test func `a port that is taken is an error at once`() async throws {
    try await RunningAuthority.run { running in
      let second = try AuthorityServer(
        service: running.service, configuration: try ServerConfiguration(port: running.api.port),
        logger: running.log.logger)
      await #expect(throws: (any Error).self) { try await second.run() }
    }
  }
}
