package import JOSE

/// The time, by two clocks.
package struct ClockReading: Hashable, Sendable {
  /// The time of day, which somebody may set.
  package let time: Timestamp
  /// How long it is since some fixed moment, by a clock that nobody sets and that goes on while the machine
  /// sleeps.
  package let uptime: Duration

  /// A reading of both clocks at one moment.
  package init(time: Timestamp, uptime: Duration) {
    self.time = time
    self.uptime = uptime
  }
}

/// How old what is known of a revocation log is.
///
/// The age is counted by this process's own uptime from what the issuer said of it, so that two clocks need
/// not agree. But then whoever holds the feed back on its way could make it as old as he likes: hence the
/// time of day counts as well, with ``clockTolerance`` for clocks that differ.
package struct RevocationFreshness: Hashable, Sendable {
  /// When the issuer last read its log with success, by its own clock.
  package let asOf: Timestamp
  /// That moment, or an earlier one, by this process's uptime; later only if the news was long under way.
  package let readAt: Duration

  /// How far an issuer's clock may be from this process's; farther apart, what is fresh looks old.
  package static let clockTolerance: Duration = .seconds(60)

  /// The freshness of a batch that has arrived at `now`.
  init(of batch: RevocationBatch, at now: ClockReading) {
    asOf = batch.asOf
    readAt = now.uptime - max(batch.signedAt - batch.asOf, .zero)
  }

  /// How old what is known is at `now`; never less than it is, but for ``clockTolerance``.
  package func age(at now: ClockReading) -> Duration {
    max(now.uptime - readAt, now.time - asOf - Self.clockTolerance, .zero)
  }
}
