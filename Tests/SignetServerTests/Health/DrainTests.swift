import ServiceLifecycle
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct DrainTests {
  @Test(.timeLimit(.minutes(10)))
  func `a stop says that it is not ready, and serves on, before it takes no more`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let (began, beginning) = AsyncStream.makeStream(of: Duration.self)
      let (ended, ending) = AsyncStream.makeStream(of: Void.self)
      let drain = Drain(service: running.service, duration: .seconds(7)) { duration in
        beginning.yield(duration)
        for await _ in ended { return }
      }
      let group = ServiceGroup(configuration: .init(services: [drain], logger: running.log.logger))
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        #expect(try await running.api.get("/health/ready").status == 200)
        await group.triggerGracefulShutdown()
        for await duration in began {
          #expect(duration == .seconds(7))
          break
        }
        #expect(try await running.api.get("/health/ready").status == 503)
        #expect(try await running.api.get("/health/live").status == 200)
        #expect(!(try await running.logIn()).access.isEmpty)
        ending.yield()
        try await tasks.waitForAll()
      }
    }
  }

  @Test func `a drain has its limits`() throws {
    #expect(try ServerConfiguration(drain: .seconds(60)).drain == .seconds(60))
    for drain in [Duration.seconds(61), .seconds(-1)] {
      #expect(throws: PolicyError.self) { try ServerConfiguration(drain: drain) }
    }
  }
}
