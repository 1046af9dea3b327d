import HummingbirdTokenVerification
import Logging
import NIOCore
import TokenVerification

/// Many subscribers of one feed, each with a connection of its own, as many APIs have them.
struct Crowd {
  private let subscriptions: [RevocationSubscription]
  private let tasks: [Task<Void, any Error>]

  /// Waits until all of them follow the feed.
  init(_ count: Int, issuer: String) async throws {
    var logger = Logger(label: "crowd")
    logger.logLevel = .critical
    let subscriptions = try (0..<count).map { _ in try RevocationSubscription(issuer: issuer, logger: logger)
    }
    self.subscriptions = subscriptions
    tasks = subscriptions.map { subscription in Task { try await subscription.run() } }
    try await wait("to begin") { subscriptions.allSatisfy(\.state.isFresh) }
  }

  func leave() async {
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.result }
  }

  /// Ends each token's session; how long it took until each of the crowd knew.
  func hear(_ tokens: [String], by authority: Authority) async throws -> Latencies {
    var times = Latencies()
    let issuer = authority.issuer
    for token in tokens {
      let target = try head() + 1
      let began = NIODeadline.now()
      async let logout: Void = Authority.logOut(token, at: issuer)
      var left = subscriptions[...].map(\.state)
      while !left.isEmpty {
        left.removeAll { state in
          guard state.view.position.map({ $0.sequence >= target }) ?? false else { return false }
          times.add((NIODeadline.now() - began).nanoseconds)
          return true
        }
        guard NIODeadline.now() - began < .seconds(10) else { throw BenchmarkError("not all have heard") }
        try await Task.sleep(for: .microseconds(500))
      }
      try await logout
    }
    return times
  }

  /// Restarts the authority, and revokes something while nobody is there yet; how many seconds it takes until
  /// all know of it.
  func comeBack(to authority: Authority) async throws -> Double {
    let target = try head() + 1
    try authority.restart()
    let began = NIODeadline.now()
    try await authority.logOut(try await authority.tokens(sessions: 1, accessTokens: 1).access[0])
    try await wait("to come back") { [subscriptions] in
      subscriptions.allSatisfy {
        $0.state.isFresh && $0.state.view.position.map { $0.sequence >= target } ?? false
      }
    }
    return Double((NIODeadline.now() - began).nanoseconds) / 1e9
  }

  private func head() throws -> Int64 {
    let positions = subscriptions.compactMap { $0.state.view.position?.sequence }
    guard let head = positions.max() else { throw BenchmarkError("nobody follows the feed") }
    return head
  }

  private func wait(_ what: String, until isDone: () -> Bool) async throws {
    let began = NIODeadline.now()
    while !isDone() {
      guard NIODeadline.now() - began < .seconds(60) else {
        throw BenchmarkError("the crowd took too long \(what)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
