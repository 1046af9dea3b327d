/// What a storage tells of a commit, for whoever measures it.
package struct CommitReport: Sendable {
  /// How many writes shared the commit.
  package let writes: Int
  /// How long it took, its flush to the disk included.
  package let duration: Duration
  /// How many writes were waiting when it ended.
  package let waiting: Int
  /// Whether it is durable; if not, nothing of it was written.
  package let isDurable: Bool
  /// The lines that it added to the audit log.
  package let events: [AuditEvent]

  package init(writes: Int, duration: Duration, waiting: Int, isDurable: Bool, events: [AuditEvent]) {
    self.writes = writes
    self.duration = duration
    self.waiting = waiting
    self.isDurable = isDurable
    self.events = events
  }
}

/// Called after each commit, in commit order. Short, and without a call to the storage: other writers wait
/// for it.
package typealias CommitObserver = @Sendable (CommitReport) -> Void
