internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging
internal import ServiceLifecycle
internal import SignetAuthority

/// Keeps the keys to their schedule, and removes what has expired, again and again: finished sessions,
/// revocations that no token can meet.
struct Upkeep: Service {
  let service: AuthorityService
  let interval: Duration

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await attempt("keys", service.tendKeys)
        await attempt("expiry", service.removeExpired)
        do {
          try await Task.sleep(for: interval)
        } catch {
          return
        }
      }
    }
  }

  private func attempt(_ name: String, _ work: () async throws -> Void) async {
    do {
      try await work()
    } catch is CancellationError {
      // The server is going down; the next start looks at once.
    } catch let error as StorageError {
      let reason =
        switch error {
        case .unavailable(let reason), .outcomeUnknown(let reason), .corrupt(let reason): reason
        case .conflict: "conflict"
        }
      service.logger.warning("upkeep failed", metadata: ["work": "\(name)", "reason": "\(reason)"])
    } catch {
      // The type only: an error's text may hold a value.
      service.logger.warning(
        "upkeep failed", metadata: ["work": "\(name)", "error.type": "\(type(of: error))"])
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
    revocations.apply([], at: now)
  }

  /// How long a finished session is kept, so that a replay of its refresh token is still recognised.
  private static let finishedSessionRetention: Duration = .seconds(30 * 86_400)
  private static let batch = 500
}
