internal import GRDB
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
  private let writes = Atomic(0)

  init(pool: DatabasePool) {
    self.pool = pool
  }

  /// To be called after a commit of `count` writes, by the one writer.
  func committed(_ count: Int) {
    guard writes.add(count, ordering: .relaxed).newValue >= Self.interval else { return }
    writes.store(0, ordering: .relaxed)
    do {
      _ = try pool.barrierWriteWithoutTransaction { database in try database.checkpoint() }
    } catch {
      // Nobody is owed anything: all of it is in the log, and the next checkpoint copies it.
    }
  }

  /// About as many as make SQLite's own measure, a thousand pages.
  private static let interval = 500
}
