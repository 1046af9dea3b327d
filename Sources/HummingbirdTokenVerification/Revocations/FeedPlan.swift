/// How to try to hear a feed next, and when: a state machine without a clock and without I/O.
///
/// A stream is best. When it cannot be had twice in a row, something on the way may not let streams pass:
/// then questions that wait for their answer, and when those fail too, snapshots. After a while a stream is
/// tried again.
struct FeedPlan {
  /// How a feed can be heard.
  enum Way: String, Hashable, Sendable {
    case stream, poll, snapshot
  }

  /// What became of an attempt.
  struct Outcome: Sendable {
    /// Whether it brought a batch that was taken in.
    var broughtNews: Bool
    /// Why it ended; nil when it came to its end as it should.
    var error: (any Error)?
    /// Whether more is known to be there to be asked for.
    var hasMore = false
  }

  private var streamFailures = 0
  private var hasPollFailed = false
  private var failures = 0
  private var lastStream: Duration?
  private(set) var way = Way.stream

  /// How often attempts have failed in a row.
  var failuresInARow: Int { failures }

  /// Chooses the way for an attempt that begins at `uptime`.
  mutating func begin(at uptime: Duration) -> Way {
    let isStreamDue = lastStream.map { uptime - $0 >= Self.streamInterval } ?? true
    way = streamFailures < 2 || isStreamDue ? .stream : hasPollFailed ? .snapshot : .poll
    if way == .stream { lastStream = uptime }
    return way
  }

  /// Notes how the attempt went that took `duration`.
  /// - Parameters:
  ///   - outcome: how.
  ///   - duration: how long it took.
  ///   - random: a number of 0 up to 1, which spreads those who were cut off together.
  /// - Returns: The pause before the next one.
  mutating func end(_ outcome: Outcome, after duration: Duration, random: Double) -> Duration {
    switch way {
    case .stream: streamFailures = outcome.broughtNews ? 0 : streamFailures + 1
    case .poll: hasPollFailed = !outcome.broughtNews
    case .snapshot:
      // Whatever came of it, a question is tried before the next snapshot; and a stream, when nothing at all
      // can be had: then streams are not to blame.
      hasPollFailed = false
      if !outcome.broughtNews { streamFailures = min(streamFailures, 1) }
    }
    if outcome.error == nil, way != .stream, outcome.broughtNews {
      failures = 0
      if way == .poll, outcome.hasMore || duration >= Self.quick { return .zero }
      return Self.rest * (0.5 + random / 2)
    }
    // A stream that ends soon after it began is no success, else its server would be asked without a pause.
    failures = outcome.broughtNews && duration >= Self.rest ? 1 : failures + 1
    let longest = min(Self.shortestPause * (1 << min(failures - 1, 16)), Self.longestPause)
    let asked = (outcome.error as? RevocationFeedError)?.retryAfter.map { min($0, Self.longestPause) }
    return (asked ?? .zero) + longest * random
  }

  /// How long streams are given up for.
  private static let streamInterval: Duration = .seconds(60)
  private static let shortestPause: Duration = .milliseconds(100)
  private static let longestPause: Duration = .seconds(10)
  /// The pause between snapshots, and between answers that came at once and said nothing.
  private static let rest: Duration = .seconds(5)
  private static let quick: Duration = .seconds(1)
}
