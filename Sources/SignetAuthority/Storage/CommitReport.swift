/// What a storage tells of a commit, for whoever measures it.
package struct CommitReport: Sendable {
  /// How many writes shared the commit; none when the storage has tried the disk by itself.
  package let writes: Int
  /// How long it took, its flush to the disk included.
  package let duration: Duration
  /// How many writes were waiting when it ended.
  package let waiting: Int
  /// Whether it is durable; if not, nothing of it was written, unless ``isOutcomeUnknown``.
  package let isDurable: Bool
  /// Whether the engine was lost while it committed: it may be durable all the same.
  package let isOutcomeUnknown: Bool
  /// Whether the disk has taken what was last written to it. A commit without a change does not tell.
  package let isDiskWorking: Bool
  /// The lines that it added to the audit log.
  package let events: [AuditEvent]

  package init(
    writes: Int, duration: Duration, waiting: Int, isDurable: Bool, isOutcomeUnknown: Bool = false,
    isDiskWorking: Bool? = nil, events: [AuditEvent]
  ) {
    self.writes = writes
    self.duration = duration
    self.waiting = waiting
    self.isDurable = isDurable
    self.isOutcomeUnknown = isOutcomeUnknown
    self.isDiskWorking = isDiskWorking ?? isDurable
    self.events = events
  }
}

/// Called after each commit, one at a time, by an engine with one writer in the order of commits. Short, and
/// without a call to the storage: other writers wait for it.
package typealias CommitObserver = @Sendable (CommitReport) -> Void
