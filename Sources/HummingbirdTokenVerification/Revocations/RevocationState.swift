package import JOSE
internal import Synchronization
public import TokenVerification

/// The revocations that this process knows of, and how fresh that is: shared by every request.
///
/// A check asks whether anything has changed by a comparison, and whether the news is fresh by another: no
/// lock is taken for it.
public final class RevocationState: Sendable {
  private enum Knowledge {
    /// This process is told by whoever writes the log.
    case told(RevocationView)
    /// A feed tells it.
    case heard(RevocationFeed)

    var view: RevocationView {
      switch self {
      case .told(let view): view
      case .heard(let feed): feed.view
      }
    }
  }

  private struct Current {
    var knowledge: Knowledge
    var lastError: String?
  }

  /// What becomes of good tokens when the news is old.
  public let staleness: StalenessPolicy

  private let current: Mutex<Current>
  /// The mark of the view: whoever has seen that one has seen this one.
  private let currentMark: Atomic<UInt64>
  private let clocks: @Sendable () -> ClockReading
  /// Until when the news is fresh, in milliseconds: by the uptime, and by the time of day. News makes both
  /// later, so that it does no harm when one is read before and the other after.
  private let freshUntil: Atomic<Int64>
  private let freshUntilTime: Atomic<Int64>

  /// A state that the program itself keeps up, beginning with `view`: it is always fresh.
  public init(_ view: RevocationView = .empty) {
    staleness = .deny
    current = Mutex(Current(knowledge: .told(view)))
    currentMark = Atomic(view.mark.number)
    clocks = SystemClock.reading
    freshUntil = Atomic(.max)
    freshUntilTime = Atomic(.max)
  }

  /// A state that is heard from the feed of `issuer`: stale until the first snapshot.
  package init(
    following issuer: String, staleness: StalenessPolicy,
    clocks: @escaping @Sendable () -> ClockReading = SystemClock.reading
  ) {
    self.staleness = staleness
    let feed = RevocationFeed(issuer: issuer)
    current = Mutex(Current(knowledge: .heard(feed)))
    currentMark = Atomic(feed.view.mark.number)
    self.clocks = clocks
    freshUntil = Atomic(.min)
    freshUntilTime = Atomic(.min)
  }

  /// No revocations at all: a token is good until it expires. For an issuer that has no feed.
  public static var none: RevocationState { RevocationState() }

  // MARK: Reading

  /// The view to check a token against.
  public var view: RevocationView {
    current.withLock { $0.knowledge.view }
  }

  /// The number of the current view's mark.
  var mark: UInt64 { currentMark.load(ordering: .acquiring) }

  /// What a check goes by.
  ///
  /// The freshness first: news that comes between the two is in the view then. The other way round, it would
  /// make a view fresh that has not heard it.
  func look() -> RevocationLook {
    let isFresh = isFresh
    let mark = mark
    return RevocationLook(isFresh: isFresh, mark: mark, state: self)
  }

  /// Whether the news is fresh enough; see ``StalenessPolicy/maximum``.
  public var isFresh: Bool {
    let deadline = freshUntil.load(ordering: .acquiring)
    if deadline == .max { return true }
    if deadline == .min { return false }
    let now = clocks()
    return now.uptime.wholeMilliseconds <= deadline
      && now.time.milliseconds <= freshUntilTime.load(ordering: .acquiring)
  }

  /// How well this process knows what is revoked.
  public var health: RevocationHealth {
    let isFresh = isFresh
    let now = clocks()
    return current.withLock { current in
      let view = current.knowledge.view
      var freshness: RevocationFreshness?
      if case .heard(let feed) = current.knowledge { freshness = feed.freshness }
      return RevocationHealth(
        isFresh: isFresh, asOf: freshness?.asOf, age: freshness?.age(at: now), position: view.position,
        count: view.count, lastError: current.lastError)
    }
  }

  // MARK: Being told

  /// Adds what the log has grown by; from now on every check sees it.
  package func apply(_ entries: [RevocationEntry], at now: Timestamp) {
    tell { $0.applying(entries, at: now) }
  }

  /// Follows another log from here on: `view` takes the place of all that was known, but for keys and single
  /// tokens, which are not trusted again because a log has lost what was said of them.
  package func begin(_ view: RevocationView, at now: Timestamp) {
    tell { view.succeeding($0, at: now) }
  }

  private func tell(_ change: (RevocationView) -> RevocationView) {
    current.withLock { current in
      guard case .told(let view) = current.knowledge else {
        preconditionFailure("a state that follows a feed is told by nobody else")
      }
      let changed = change(view)
      current.knowledge = .told(changed)
      currentMark.store(changed.mark.number, ordering: .releasing)
    }
  }

  // MARK: Hearing

  /// Takes in a batch of the feed.
  package func receive(_ batch: VerifiedRevocationBatch) -> RevocationFeed.Answer {
    let now = clocks()
    return current.withLock { current in
      guard case .heard(var feed) = current.knowledge else {
        preconditionFailure("a state that is told hears no feed")
      }
      // The feed alone holds the view while it changes: nothing is copied.
      current.knowledge = .told(.empty)
      let answer = feed.receive(batch, at: now)
      current.knowledge = .heard(feed)
      currentMark.store(feed.view.mark.number, ordering: .releasing)
      if case .refused(let refusal) = answer {
        current.lastError = "the feed sent what is not believed: \(refusal.rawValue)"
      } else if answer == .applied {
        current.lastError = nil
      }
      if let freshness = feed.freshness { noteDeadlines(freshness) }
      return answer
    }
  }

  /// The last attempt to hear news has failed.
  func fail(_ error: String) {
    current.withLock { $0.lastError = error.logLine() }
  }

  private func noteDeadlines(_ freshness: RevocationFreshness) {
    let time = freshness.asOf + RevocationFreshness.clockTolerance + staleness.maximum
    let uptime = freshness.readAt + staleness.maximum
    freshUntilTime.store(time.milliseconds, ordering: .releasing)
    freshUntil.store(uptime.wholeMilliseconds, ordering: .releasing)
  }
}

/// The revocations as one check has found them.
struct RevocationLook: Sendable {
  /// Whether the news was fresh enough, at some moment before the view was looked at.
  let isFresh: Bool
  /// The number of the view's mark.
  let mark: UInt64
  private let state: RevocationState

  fileprivate init(isFresh: Bool, mark: UInt64, state: RevocationState) {
    self.isFresh = isFresh
    self.mark = mark
    self.state = state
  }

  /// The view, or one that has heard more since.
  var view: RevocationView { state.view }
}
