import Foundation
import HummingbirdTokenVerification
import JOSE
import Logging
import SignetTesting
import Synchronization
import TokenVerification

/// An API of somebody's beside the clients: it knows the authority's URL, follows its feed, and checks tokens
/// alone, through all that befalls the authority.
final class AttachedVerifier: Sendable {
  private let issuer: RemoteIssuer
  private let running: Task<Void, any Error>
  private let state = Mutex(State())

  private struct State {
    var longest = 0.0
    var watched: [Ended] = []
    var watch: Task<Void, Never>?
  }

  /// An access token whose session has ended, and when that was answered.
  private struct Ended {
    let token: [UInt8]
    let answered: Double
  }

  /// No token may be let in for longer after its end was answered: what the verifier knows may be so old, and
  /// this process may be busy.
  static let bound = 35.0

  /// Returns once it knows the keys and what is revoked.
  init(issuer url: String) async throws {
    var logger = Logger(label: "verifier")
    logger.logLevel = .critical
    let policy = try VerificationPolicy(issuer: url, audience: url, algorithms: [.es256])
    let issuer = try RemoteIssuer(for: TokenVerifier(policy: policy), logger: logger)
    self.issuer = issuer
    running = Task { try await issuer.run() }
    try await waiting("a verifier's first news") { () async in
      !issuer.keys.snapshot.isEmpty && issuer.revocations.isFresh
    }
  }

  deinit {
    running.cancel()
  }

  /// Watches one of `sessions`, whose end has just been answered, until its token is refused.
  func see(_ sessions: [SessionRecord]) {
    guard let token = sessions.randomElement().map({ Array($0.access.utf8) }) else { return }
    state.withLock { state in
      state.watched.append(Ended(token: token, answered: ProcessInfo.processInfo.systemUptime))
      if state.watch == nil { state.watch = Task { await self.watch() } }
    }
  }

  /// Waits until each watched token is refused.
  /// - Returns: Seconds after the answer at which one was last let in, since this was asked before.
  func longestLife() async -> Double {
    await state.withLock { $0.watch }?.value
    return state.withLock { state in
      defer { state.longest = 0 }
      return state.longest
    }
  }

  /// Looks at what is watched, again and again, until all of it is refused, or has been let in too long.
  private func watch() async {
    var isDone = false
    while !isDone {
      for ended in state.withLock({ $0.watched }) {
        let age = ProcessInfo.processInfo.systemUptime - ended.answered
        let isLetIn = letsIn(ended.token)
        state.withLock { state in
          if isLetIn { state.longest = max(state.longest, age) }
          if !isLetIn || age > Self.bound { state.watched.removeAll { $0.token == ended.token } }
        }
      }
      await Task.yield()
      isDone = state.withLock { state in
        if state.watched.isEmpty { state.watch = nil }
        return state.watched.isEmpty
      }
    }
  }

  /// As the middleware decides it.
  private func letsIn(_ token: [UInt8]) -> Bool {
    let verdict = issuer.verifier.verify(
      token, keys: issuer.keys.snapshot, revocations: issuer.revocations.view, at: SystemClock.now())
    guard case .allow = verdict else { return false }
    return issuer.revocations.isFresh
  }
}
