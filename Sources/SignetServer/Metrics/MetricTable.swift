extension Metric {
  /// Every metric that a running authority exposes. A new one is added here and in `docs/metrics.md`.
  package static let all =
    requests + hashing + storage + refusals + sessions + revocations + keys + verification + process
}

// MARK: - Requests

extension Metric {
  static let requests = [requestCount, requestDuration, requestsInFlight, connections]

  static let requestCount = Metric(
    "signet_http_requests_total", .counter, labels: ["route", "method", "code"],
    "Requests that were answered. The route is the route table's, none for a path that it does not have.")
  static let requestDuration = Metric(
    "signet_http_request_duration_seconds", .times(latencies), labels: ["route"],
    "Time from a request's head to its answer.")
  static let requestsInFlight = Metric(
    "signet_http_requests_in_flight", .gauge, "Requests that are being answered.")
  static let connections = Metric("signet_http_connections", .gauge, "Open connections of clients.")

  /// From a tenth of a millisecond, about what a protected request takes, to the time that a login may wait.
  private static let latencies = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  ]
}

// MARK: - Passwords

extension Metric {
  static let hashing = [hashQueue, hashWait, hashDuration, hashOverloads, throttledGuesses]

  static let hashQueue = Metric(
    "signet_password_hash_queue_length", .gauge, "Passwords that wait for a hashing thread.")
  static let hashWait = Metric(
    "signet_password_hash_wait_seconds",
    .times([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]),
    "Time that a password waited for a hashing thread.")
  static let hashDuration = Metric(
    "signet_password_hash_duration_seconds",
    .times([0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1]),
    "Time that hashing or checking a password took, on its thread.")
  static let hashOverloads = Metric(
    "signet_password_hash_overloads_total", .counter,
    "Passwords that were refused with 503 because as many waited as may.")
  static let throttledGuesses = Metric(
    "signet_password_guesses_throttled_total", .counter,
    "Logins and password changes that were refused with 429: too many guesses.")
}

// MARK: - Storage

extension Metric {
  static let storage = [
    commitWrites, commitDuration, commitFailures, unknownCommits, writeQueue, checkpointFailures,
    writeAheadLog, databaseReachable, databaseLosses, roundTrips,
  ]

  static let commitWrites = Metric(
    "signet_commit_writes", .sizes([1, 2, 4, 8, 16, 32, 64, 128]),
    "Writes that shared one durable commit.")
  static let commitDuration = Metric(
    "signet_commit_duration_seconds",
    .times([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5]),
    "Time that a commit took, its flush to the disk included, and on PostgreSQL the way there and back.")
  static let commitFailures = Metric(
    "signet_commit_failures_total", .counter,
    "Commits that failed whole: a full disk, an I/O error; on PostgreSQL also a lost connection.")
  static let unknownCommits = Metric(
    "signet_commit_outcomes_unknown_total", .counter,
    "Commits whose answer was lost with the connection to the database: done whole, or not at all.")
  static let writeQueue = Metric(
    "signet_write_queue_length", .gauge, "Writes that were waiting when the last commit ended.")
  static let checkpointFailures = Metric(
    "signet_checkpoint_failures_total", .counter,
    "On SQLite: times that the write-ahead log could not be copied whole into the database.")
  static let writeAheadLog = Metric(
    "signet_write_ahead_log_bytes", .gauge,
    "On SQLite: size of the write-ahead log's file after the last attempt to copy it.")
  static let databaseReachable = Metric(
    "signet_database_reachable", .gauge, "1 while the database can be reached, 0 while it is lost.")
  static let databaseLosses = Metric(
    "signet_database_losses_total", .counter, "Times that the database was lost.")
  static let roundTrips = Metric(
    "signet_database_round_trips_total", .counter,
    "Times that reads and writes waited for an answer of PostgreSQL; none on SQLite.")
}

// MARK: - Refusals

extension Metric {
  static let refusals = [loginRefusals, refreshRefusals, auditEvents]

  static let loginRefusals = Metric(
    "signet_login_refusals_total", .counter, labels: ["reason"],
    "Logins that were refused after the password was looked at. An unknown account is a wrong password too."
  )
  static let refreshRefusals = Metric(
    "signet_refresh_refusals_total", .counter, labels: ["reason"],
    "Refreshes that were refused. Forged: a token that was never issued here.")
  static let auditEvents = Metric(
    "signet_audit_events_total", .counter, labels: ["kind"],
    "Lines of the audit log, counted after the commit.")
}

// MARK: - Sessions

extension Metric {
  static let sessions = [sessionsBegun, sessionsEnded]

  static let sessionsBegun = Metric("signet_sessions_begun_total", .counter, "Sessions that began.")
  static let sessionsEnded = Metric(
    "signet_sessions_ended_total", .counter, labels: ["cause"],
    "Sessions that were ended; one that reaches a limit is not.")
}

// MARK: - Revocations

extension Metric {
  static let revocations = [
    revocationEntries, revocationPosition, feedSubscribers, feedFrames, feedDrops, feedRefusals,
    feedSnapshots,
    feedAge,
  ]

  static let revocationEntries = Metric(
    "signet_revocation_entries", .gauge,
    "Revocations that this process holds: some token may still meet them.")
  static let revocationPosition = Metric(
    "signet_revocation_log_position", .gauge, "The newest number of the revocation log.")
  static let feedSubscribers = Metric(
    "signet_revocation_feed_subscribers", .gauge, "Streams of the revocation feed, and polls that wait.")
  static let feedFrames = Metric(
    "signet_revocation_feed_frames_total", .counter, labels: ["kind"],
    "Signed frames of the revocation feed: batches of the log, and heartbeats. Each once, whoever gets it.")
  static let feedDrops = Metric(
    "signet_revocation_feed_drops_total", .counter,
    "Subscribers of the revocation feed that were too slow, and were cut off.")
  static let feedRefusals = Metric(
    "signet_revocation_feed_refusals_total", .counter,
    "Subscribers that were refused with 503 because there were as many as may be.")
  static let feedSnapshots = Metric(
    "signet_revocation_feed_snapshots_total", .counter, "Snapshots of the revocation log that were served.")
  static let feedAge = Metric(
    "signet_revocation_feed_age_seconds", .gauge, "Time since the revocation log was last read with success.")
}

// MARK: - Keys

extension Metric {
  static let keys = [signingKeys, signingKeyAge, rotation]

  static let signingKeys = Metric(
    "signet_signing_keys", .gauge, labels: ["state"], "Signing keys: next, active and retired.")
  static let signingKeyAge = Metric(
    "signet_signing_key_age_seconds", .gauge, labels: ["state"],
    "Time since the oldest key in this state entered it: was published, began to sign, was retired.")
  static let rotation = Metric(
    "signet_signing_key_rotation_seconds", .gauge,
    "Time until the schedule replaces the key that signs; below zero when that is overdue.")
}

// MARK: - Verification

extension Metric {
  /// What HummingbirdTokenVerification records, in any application that uses it. It names them itself.
  static let verification = [tokenRefusals, keyLookups, keyFetches]

  static let tokenRefusals = Metric(
    "token_verification_refusals_total", .counter, labels: ["reason"],
    "Requests whose access token was missing or refused.")
  static let keyLookups = Metric(
    "token_verification_key_lookups_total", .counter, labels: ["outcome"],
    "Good tokens whose key was at hand (hit), and tokens whose key was not (miss).")
  static let keyFetches = Metric(
    "token_verification_key_fetches_total", .counter, labels: ["outcome"],
    "Fetches of a remote issuer's keys. The authority itself makes none.")
}

// MARK: - Process

extension Metric {
  /// Spelled as Prometheus' client libraries do.
  static let process = [
    buildInfo, cpuSeconds, residentMemory, virtualMemory, openFiles, maximumFiles, startTime,
  ]

  static let buildInfo = Metric(
    "signet_build_info", .gauge, labels: ["version"], "Always 1; the label is what runs.")
  static let cpuSeconds = Metric(
    "process_cpu_seconds_total", .counter, "Processor time that the process has taken, user and system.")
  static let residentMemory = Metric(
    "process_resident_memory_bytes", .gauge, "Memory that the process holds.")
  static let virtualMemory = Metric(
    "process_virtual_memory_bytes", .gauge, "Address space that the process has mapped.")
  static let openFiles = Metric("process_open_fds", .gauge, "Open file descriptors.")
  static let maximumFiles = Metric("process_max_fds", .gauge, "File descriptors that the process may open.")
  static let startTime = Metric(
    "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.")
}
