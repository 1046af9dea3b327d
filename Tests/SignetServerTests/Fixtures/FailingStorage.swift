import SignetAuthority
import SignetTesting
import Synchronization

/// A storage that fails when it is told to, before anything is read or written.
final class FailingStorage: AuthorityStorage {
  private let storage = MemoryStorage()
  private let failure = Mutex<StorageError?>(nil)
  private let readFailure = Mutex<StorageError?>(nil)
  private let writeFailure = Mutex<StorageError?>(nil)

  func fail(with error: StorageError?) {
    failure.withLock { $0 = error }
  }

  /// Lets writes pass.
  func failReads(with error: StorageError?) {
    readFailure.withLock { $0 = error }
  }

  /// Lets reads pass.
  func failWrites(with error: StorageError?) {
    writeFailure.withLock { $0 = error }
  }

  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    if let error = readFailure.withLock({ $0 }) ?? failure.withLock({ $0 }) { throw error }
    return try await storage.read(body)
  }

  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    if let error = writeFailure.withLock({ $0 }) ?? failure.withLock({ $0 }) { throw error }
    return try await storage.write(body)
  }
}

extension RunningAuthority.Options {
  /// One thread hashes and one request may wait for it, over `storage`.
  static func oneHash(over storage: FailingStorage) -> Self {
    var options = Self()
    options.threadCount = 1
    options.queueLimit = 1
    options.makeStorage = { _ in storage }
    return options
  }
}
