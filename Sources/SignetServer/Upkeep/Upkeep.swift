internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging
internal import ServiceLifecycle
internal import SignetAuthority

/// Removes what has expired, again and again: finished sessions, revocations that no token can meet,
/// retired keys.
struct Upkeep: Service {
  let service: AuthorityService
  let interval: Duration

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await attempt()
        do {
          try await Task.sleep(for: interval)
        } catch {
          return
        }
      }
    }
  }

  private func attempt() async {
    do {
      try await service.removeExpired()
    } catch {
      service.logger.warning("upkeep failed", metadata: ["error.type": "\(type(of: error))"])
    }
  }
}

extension AuthorityService {
  /// Removes what has expired by now.
  func removeExpired() async throws {
    let now = clock()
    let cutoff = now - Self.finishedSessionRetention
    var removed = Self.batch
    while removed == Self.batch {
      removed = try await storage.write { [authority] tx in
        try authority.purge(sessionsFinishedBefore: cutoff, limit: Self.batch, in: tx, at: now)
      }
    }
    let origin = RequestOrigin(requestID: "upkeep")
    let keys = try await storage.write { [authority] tx in
      try authority.removeExpiredKeys(origin: origin, in: tx, at: now)
    }
    if !keys.isEmpty { try await reloadKeys() }
    revocations.apply([], at: now)
  }

  /// How long a finished session is kept, so that a replay of its refresh token is still recognised.
  private static let finishedSessionRetention: Duration = .seconds(30 * 86_400)
  private static let batch = 500
}
