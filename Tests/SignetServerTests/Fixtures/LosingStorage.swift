import SignetAuthority
import SignetTesting
import Synchronization

/// A storage that loses the answers of commits when it is told to.
final class LosingStorage: AuthorityStorage {
  private let storage: MemoryStorage
  private let plan = Mutex<(loss: Loss, writesBefore: Int)?>(nil)

  /// What had become of a write whose answer is lost.
  enum Loss: CaseIterable {
    case done, notDone
  }

  init(observer: @escaping RevocationObserver) {
    storage = MemoryStorage(observer: observer)
  }

  /// From now on, or after `count` more writes, loses every answer; nil: none any more.
  func lose(_ loss: Loss?, after count: Int = 0) {
    plan.withLock { plan in plan = loss.map { ($0, count) } }
  }

  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await storage.read(body)
  }

  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    let loss: Loss? = plan.withLock { plan in
      guard let next = plan else { return nil }
      if next.writesBefore > 0 { plan = (next.loss, next.writesBefore - 1) }
      return next.writesBefore == 0 ? next.loss : nil
    }
    if loss == .notDone { throw Self.lost }
    let answer = try await storage.write(body)
    if loss == .done { throw Self.lost }
    return answer
  }

  private static let lost = StorageError.outcomeUnknown("the connection is lost, says the test")
}
