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
    var watches: [Task<Void, Never>] = []
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
    while issuer.keys.snapshot.isEmpty || !issuer.revocations.isFresh {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  deinit {
    running.cancel()
  }

  /// Watches one of `sessions`, whose end has just been answered, until its token is refused.
  func see(_ sessions: [SessionRecord]) {
    guard let token = sessions.randomElement().map({ Array($0.access.utf8) }) else { return }
    let answered = ProcessInfo.processInfo.systemUptime
    let watch = Task {
      var last = 0.0
      while last <= Self.bound {
        let now = ProcessInfo.processInfo.systemUptime - answered
        guard letsIn(token) else { break }
        last = now
        // A cancelled sleep has done what it is for.
        do { try await Task.sleep(for: .milliseconds(2)) } catch {}
      }
      state.withLock { $0.longest = max($0.longest, last) }
    }
    state.withLock { $0.watches.append(watch) }
  }

  /// Waits until each watched token is refused.
  /// - Returns: Seconds after the answer at which one was last let in, since this was asked before.
  func longestLife() async -> Double {
    let watches = state.withLock { state in
      defer { state.watches = [] }
      return state.watches
    }
    for watch in watches { await watch.value }
    return state.withLock { state in
      defer { state.longest = 0 }
      return state.longest
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
