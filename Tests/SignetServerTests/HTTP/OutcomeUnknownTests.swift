import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

/// A commit whose answer is lost with the database, and what a client then does: docs/api.md.
@Suite struct OutcomeUnknownTests {
  private static func run(
    _ body: @Sendable (RunningAuthority, LosingStorage) async throws -> Void
  ) async throws {
    var options = RunningAuthority.Options()
    options.makeStorage = { observer in LosingStorage(observer: observer) }
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      try await body(running, try #require(running.service.storage as? LosingStorage))
    }
  }

  private static func expectUnknown(_ answer: APIAnswer, _ running: RunningAuthority) throws {
    #expect(answer.status == 503)
    #expect(answer.code == "outcome_unknown")
    #expect(answer.headers.first(name: "retry-after") == "2")
    #expect(answer.headers.first(name: "set-cookie") == nil)
    #expect(!String(decoding: answer.body, as: UTF8.self).contains("says the test"))
    let id = try #require(answer.headers.first(name: "x-request-id"))
    #expect(running.log.lines.contains { $0.contains("says the test") && $0.contains(id) })
  }

  private static func refresh(
    _ running: RunningAuthority, _ token: String, retryKey: String? = nil
  ) async throws -> APIAnswer {
    try await running.api.post(
      "/api/v1/refresh",
      .object(omittingNil: ["refresh_token": .string(token), "retry_key": retryKey.map { .string($0) }]))
  }

  @Test(arguments: LosingStorage.Loss.allCases)
  func `a refresh is repeated with its retry key, however late, and one session goes on`(
    loss: LosingStorage.Loss
  ) async throws {
    try await Self.run { running, storage in
      let first = try await running.logIn()
      let key = "a-random-value-of-the-client"
      storage.lose(loss)
      try Self.expectUnknown(try await Self.refresh(running, first.refresh, retryKey: key), running)
      storage.lose(nil)
      running.clock.advance(by: .seconds(1800))
      let second = try APITokens(try await Self.refresh(running, first.refresh, retryKey: key))
      #expect(second.session == first.session)
      #expect(try await Self.refresh(running, second.refresh).status == 200)
    }
  }

  @Test func `a refresh without a retry key is repeated within the grace; later it is taken for a theft`()
    async throws
  {
    try await Self.run { running, storage in
      for (wait, status) in [(Duration.seconds(2), 200), (.seconds(11), 401)] {
        let first = try await running.logIn()
        storage.lose(.done)
        try Self.expectUnknown(try await Self.refresh(running, first.refresh), running)
        storage.lose(nil)
        running.clock.advance(by: wait)
        #expect(try await Self.refresh(running, first.refresh).status == status)
      }
    }
  }

  @Test(arguments: LosingStorage.Loss.allCases, [0, 1])
  func `a login is repeated as it is`(loss: LosingStorage.Loss, writes: Int) async throws {
    try await Self.run { running, storage in
      storage.lose(loss, after: writes)
      let body: JSON = ["login": "ada", "password": .string(RunningAuthority.password)]
      try Self.expectUnknown(try await running.api.post("/api/v1/login", body), running)
      storage.lose(nil)
      #expect(try await running.api.get("/api/v1/me", try await running.logIn().bearer).status == 200)
    }
  }

  @Test(arguments: LosingStorage.Loss.allCases)
  func `a logout is repeated until its token is refused`(loss: LosingStorage.Loss) async throws {
    try await Self.run { running, storage in
      let tokens = try await running.logIn()
      storage.lose(loss)
      try Self.expectUnknown(try await running.api.send(.POST, "/api/v1/logout", tokens.bearer), running)
      storage.lose(nil)
      let again = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer)
      #expect(again.status == (loss == .done ? 401 : 200))
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      #expect(try await Self.refresh(running, tokens.refresh).status == 401)
    }
  }

  @Test(arguments: LosingStorage.Loss.allCases)
  func `a password change is repeated as it is, and then the new password holds`(
    loss: LosingStorage.Loss
  ) async throws {
    try await Self.run { running, storage in
      let tokens = try await running.logIn()
      let new = "another battery of staples"
      let body: JSON = [
        "current_password": .string(RunningAuthority.password), "new_password": .string(new),
      ]
      // The writes before it, of the guess, have their answers.
      storage.lose(loss, after: 2)
      try Self.expectUnknown(try await running.api.post("/api/v1/password", body, tokens.bearer), running)
      storage.lose(nil)
      let again = try await running.api.post("/api/v1/password", body, tokens.bearer)
      #expect(again.status == (loss == .done ? 403 : 200))
      for (password, status) in [(new, 200), (RunningAuthority.password, 401)] {
        let login = try await running.api.post(
          "/api/v1/login", ["login": "ada", "password": .string(password)])
        #expect(login.status == status)
      }
    }
  }

  @Test func `what is merely unavailable is told from it, on the page of metrics too`() async throws {
    let options = RunningAuthority.Options()
    var measured = options
    measured.servesMetrics = true
    try await RunningAuthority.run(measured) { running in
      for isOutcomeUnknown in [true, false, false] {
        options.metrics.commitObserver(
          CommitReport(
            writes: 1, duration: .zero, waiting: 0, isDurable: false, isOutcomeUnknown: isOutcomeUnknown,
            events: []))
      }
      let page = try await #require(running.metrics).scrape()
      #expect(page.value("signet_commit_outcomes_unknown_total") == 1)
      #expect(page.value("signet_commit_failures_total") == 2)
    }
  }
}
