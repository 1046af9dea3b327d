internal import Foundation
internal import GRDB
internal import SignetAuthority
internal import Synchronization

/// Copies the log into the database, once so many writes have been added to it.
///
/// SQLite would do that by itself after a commit. But while somebody reads an older state it copies the part
/// of the log that may be copied, and counts it as done before the database has been synced. When the sync
/// that follows a later part then fails, the kernel may have dropped pages of the earlier one and call them
/// clean: nobody copies those again, and the log that still held them begins anew. So a checkpoint here waits
/// until nobody reads. Then all of the log can be copied, and SQLite counts a whole copy only after its
/// sync has succeeded: one that failed is done again from its start.
final class SQLiteCheckpoints: Sendable {
  private let pool: DatabasePool
  private let observer: CheckpointObserver
  private let writes = Atomic(0)

  init(pool: DatabasePool, observer: @escaping CheckpointObserver) {
    self.pool = pool
    self.observer = observer
  }

  /// To be called after a commit of `count` writes, by the one writer.
  func committed(_ count: Int) {
    guard writes.add(count, ordering: .relaxed).newValue >= Self.interval else { return }
    writes.store(0, ordering: .relaxed)
    // One that fails owes nobody anything: all of it is in the log, and the next checkpoint copies it. But
    // when each of them fails, the log grows until the disk is full.
    observer(CheckpointReport(isComplete: copy(), logBytes: logBytes))
  }

  /// - Returns: Whether all of the log was copied. Another process that reads an older state prevents it.
  private func copy() -> Bool {
    do {
      let (inLog, copied) = try pool.barrierWriteWithoutTransaction { database in try database.checkpoint() }
      return copied == inLog
    } catch {
      return false
    }
  }

  private var logBytes: Int {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: pool.path + "-wal")
      return (attributes[.size] as? NSNumber)?.intValue ?? 0
    } catch {
      return 0
    }
  }

  /// About as many as make SQLite's own measure, a thousand pages.
  private static let interval = 500
}
