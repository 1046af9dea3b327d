package import Metrics
package import SignetAuthority

/// What one authority measures. Its parts are handed to whoever records; all appear on one page.
package struct AuthorityMetrics: Sendable {
  let registry: MetricRegistry
  let requests: RequestMetrics
  /// For the ``PasswordHasher``.
  package let hashing: HashingMetrics
  let guessesThrottled: CounterCell
  private let loginRefusals: CounterGroup<LoginDenial.Reason>
  let refreshRefusals: CounterGroup<RefreshDenial>
  let refreshesForged: CounterCell
  let feed: FeedMetrics
  private let commits: CommitMetrics
  private let checkpointFailures: CounterCell
  private let writeAheadLog: GaugeCell
  private let roundTrips: CounterCell
  /// Whether writes can be expected to succeed.
  let disk = DiskState()
  /// Whether the database can be reached.
  let database: DatabaseState

  package init() {
    let registry = MetricRegistry(Metric.all)
    self.registry = registry
    requests = RequestMetrics(in: registry)
    hashing = HashingMetrics(in: registry)
    guessesThrottled = registry.counter(.throttledGuesses)
    loginRefusals = CounterGroup(.loginRefusals, in: registry)
    refreshRefusals = CounterGroup(.refreshRefusals, in: registry)
    refreshesForged = registry.counter(.refreshRefusals, "forged")
    feed = FeedMetrics(in: registry)
    commits = CommitMetrics(in: registry)
    checkpointFailures = registry.counter(.checkpointFailures)
    writeAheadLog = registry.gauge(.writeAheadLog)
    database = DatabaseState(in: registry)
    roundTrips = registry.counter(.roundTrips)
  }

  /// Counts a login that was refused.
  ///
  /// Whoever reads the page may also be trying to log in: which accounts exist, and which have a password,
  /// must not show here either. The audit log tells them apart.
  func count(_ denial: LoginDenial) {
    switch denial.reason {
    case .unknownAccount, .noPassword: loginRefusals.add(.wrongPassword)
    default: loginRefusals.add(denial.reason)
    }
  }

  /// What a storage calls after each commit.
  package var commitObserver: CommitObserver {
    { [commits, disk] report in
      disk.isWorking = report.isDiskWorking
      commits.record(report)
    }
  }

  /// What a storage on a server calls after each commit: a write that failed says nothing of this machine's
  /// disk, and whether the server can be reached it tells by its news.
  package var serverCommitObserver: CommitObserver {
    { [commits] report in commits.record(report) }
  }

  /// What a storage calls after each attempt to copy its log into the database.
  package var checkpointObserver: CheckpointObserver {
    { [checkpointFailures, writeAheadLog] report in
      if !report.isComplete { checkpointFailures.add() }
      writeAheadLog.set(Double(report.logBytes))
    }
  }

  /// What a storage calls before each wait for its server's answer.
  package var roundTripObserver: @Sendable () -> Void {
    { [roundTrips] in roundTrips.add() }
  }

  /// For libraries that record through swift-metrics.
  package var factory: any MetricsFactory { PrometheusFactory(registry: registry) }
}

/// What is known of password hashing.
package struct HashingMetrics: Sendable {
  let wait: HistogramCell
  let duration: HistogramCell
  let overloads: CounterCell

  init(in registry: MetricRegistry) {
    wait = registry.histogram(.hashWait)
    duration = registry.histogram(.hashDuration)
    overloads = registry.counter(.hashOverloads)
  }

  /// For a hasher that nobody watches.
  package static var unseen: HashingMetrics { HashingMetrics(in: MetricRegistry([])) }
}

/// What is known of commits, and of what they wrote to the audit log.
struct CommitMetrics: Sendable {
  private let writes: HistogramCell
  private let duration: HistogramCell
  private let failures: CounterCell
  private let unknownOutcomes: CounterCell
  private let queue: GaugeCell
  private let events: CounterGroup<AuditEvent.Kind>
  private let sessionsBegun: CounterCell
  private let sessionsEnded: CounterGroup<RevocationCause>

  init(in registry: MetricRegistry) {
    writes = registry.histogram(.commitWrites)
    duration = registry.histogram(.commitDuration)
    failures = registry.counter(.commitFailures)
    unknownOutcomes = registry.counter(.unknownCommits)
    queue = registry.gauge(.writeQueue)
    events = CounterGroup(.auditEvents, in: registry)
    sessionsBegun = registry.counter(.sessionsBegun)
    sessionsEnded = CounterGroup(.sessionsEnded, in: registry)
  }

  func record(_ report: CommitReport) {
    queue.set(Double(report.waiting))
    guard report.isDurable else { return (report.isOutcomeUnknown ? unknownOutcomes : failures).add() }
    guard report.writes > 0 else { return }
    writes.record(UInt64(report.writes))
    duration.record(report.duration)
    for event in report.events {
      events.add(event.kind)
      switch event.kind {
      case .loginSucceeded: sessionsBegun.add()
      case .sessionEnded: if let cause = RevocationCause(rawValue: event.reason) { sessionsEnded.add(cause) }
      default: break
      }
    }
  }
}
