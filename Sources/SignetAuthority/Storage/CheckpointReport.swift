/// What a storage says of an attempt to copy its log into the database.
package struct CheckpointReport: Sendable {
  /// Whether all of the log was copied; if not, it goes on growing.
  package let isComplete: Bool
  /// The size of the log's file.
  package let logBytes: Int

  package init(isComplete: Bool, logBytes: Int) {
    self.isComplete = isComplete
    self.logBytes = logBytes
  }
}

/// Called after each attempt. Short, and without a call to the storage: writers wait for it.
package typealias CheckpointObserver = @Sendable (CheckpointReport) -> Void
