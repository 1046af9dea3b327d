package import SignetAuthority
internal import Synchronization
internal import TokenVerification

/// The reference model of ``AuthorityStorage``: a value, copied for every transaction.
///
/// It is what an engine is compared with, so it is written to be read. One writer at a time; a reader has
/// the copy that was current when it began. The observer runs while the writer holds the lock, which
/// is what puts its calls in the order of commits; so it must not call the storage.
package final class MemoryStorage: AuthorityStorage {
  private let contents = Mutex(MemoryContents())
  private let observer: RevocationObserver

  /// An empty storage.
  package init(observer: @escaping RevocationObserver = { _ in }) {
    self.observer = observer
  }

  package func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    let snapshot = contents.withLock { $0 }
    return try body(MemoryTransaction(snapshot))
  }

  package func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    try contents.withLock { contents in
      var attempts = 0
      while true {
        attempts += 1
        let transaction = MemoryTransaction(contents)
        do {
          let answer = try body(transaction)
          let appended = try transaction.commit(into: &contents)
          if !appended.isEmpty { observer(appended) }
          return answer
        } catch StorageError.conflict where attempts < Self.maximumAttempts {
          continue
        }
      }
    }
  }

  /// All that is stored, as a backup holds it.
  package func backup() -> MemoryBackup {
    MemoryBackup(contents: contents.withLock { $0 })
  }

  /// Puts a backup in the place of all that is stored.
  package func restore(_ backup: MemoryBackup) {
    contents.withLock { $0 = backup.contents }
  }

  /// How often a closure runs before its conflict reaches the caller.
  private static let maximumAttempts = 3
}

/// What was stored at one moment.
package struct MemoryBackup: Sendable {
  fileprivate let contents: MemoryContents
}

/// All that is stored.
struct MemoryContents: Sendable {
  var settings: AuthoritySettings?
  var successor: String?
  var accounts: [AccountID: Account] = [:]
  var sessions: [SessionID: Session] = [:]
  var grants: [GrantID: Grant] = [:]
  var signingKeys: [String: SigningKeyRecord] = [:]
  var throttles: [ThrottleKey: Throttle] = [:]
  var revocations: [RevocationEntry] = []
  var revocationSequence: Int64 = 0
  var auditEvents: [AuditEvent] = []
  var auditSequence: Int64 = 0
}
