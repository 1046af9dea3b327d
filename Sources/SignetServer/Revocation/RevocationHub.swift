internal import JOSE
internal import Logging
internal import SignetAuthority
internal import Synchronization
internal import TokenVerification

/// Sends the revocation log on to whoever follows it: what is pending becomes one batch, signed once, and all
/// subscribers get the same bytes.
///
/// It is told by the storage's observer, and so of what is committed, on this node and on others, and of
/// nothing else. To be told takes a moment: writers wait for it. Sending happens elsewhere.
package final class RevocationHub: Sendable {
  /// Comes when something was told.
  let wakeUps: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  /// Taken inside the board's lock where both are needed.
  private let backlog = Mutex(FeedBacklog())
  private let board = Mutex(FeedBoard())
  private let source = Mutex<FeedSource?>(nil)
  let uptime: @Sendable () -> Duration
  let snapshots = SnapshotCache()

  /// A hub that hears, and sends nothing yet. `uptime` is a clock that never steps.
  package init(uptime: @escaping @Sendable () -> Duration = RevocationHub.monotonicTime()) {
    self.uptime = uptime
    (wakeUps, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The time since now, by a clock that never steps.
  package static func monotonicTime() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
  }

  /// What the log has grown by.
  func hear(_ entries: [RevocationEntry]) {
    backlog.withLock { $0.hear(entries) }
    waker.yield()
  }
}

// MARK: - Sending

extension RevocationHub {
  /// Where the feed stands.
  struct Place: Sendable {
    let position: RevocationPosition
    /// When the log was last read with success, by ``RevocationHub/uptime``.
    let readAt: Duration
    /// Grows with each batch of this life of the log.
    let version: UInt64
    let source: FeedSource
  }

  /// Nil before the log was read.
  var place: Place? {
    guard let source = source.withLock({ $0 }), let log = board.withLock({ $0.log }) else { return nil }
    return Place(position: log.position, readAt: log.readAt, version: log.version, source: source)
  }

  /// What was sent of the log behind `sequence`; nil when some of it is not at hand.
  func sent(after sequence: Int64) -> [RevocationEntry]? { backlog.withLock { $0.sent(after: sequence) } }

  /// The time since the log was last read with success.
  var age: Duration { board.withLock { $0.log?.readAt }.map { uptime() - $0 } ?? .zero }

  /// Begins to send, as `source`: see ``begin(at:readAt:)``.
  func begin(at position: RevocationPosition, readAt: Duration, as source: FeedSource) {
    self.source.withLock { $0 = source }
    begin(at: position, readAt: readAt)
  }

  /// Sends the log from here on: everything up to `position` is known, and was read at `readAt`.
  func begin(at position: RevocationPosition, readAt: Duration) {
    sending { board, source in
      backlog.withLock { $0.begin(at: position.sequence) }
      try board.begin(at: position, readAt: readAt, using: source)
    }
    waker.yield()
  }

  /// Sends what is due.
  /// - Returns: False when something is missing before what was told: the log has to be read.
  func send() -> Bool {
    sending { board, source in try sendPages(from: &board, source) }
    return backlog.withLock { !$0.hasHole }
  }

  /// The log was read at `readAt`: it goes up to `sequence`, and what this hub may not have been told is
  /// `entries`.
  func noteReading(_ entries: [RevocationEntry], upTo sequence: Int64, at readAt: Duration) {
    sending { board, source in
      backlog.withLock { $0.hear(entries, upTo: sequence) }
      // First what was known by then, for the heartbeat says that nothing is missing.
      try sendPages(from: &board, source)
      board.noteReading(at: readAt)
      try board.beat(using: source)
    }
  }

  /// Sends a heartbeat, unless one was sent since this was last called.
  func beatIfSilent() {
    sending { board, source in
      if !board.hasBeaten { try board.beat(using: source) }
      board.hasBeaten = false
    }
  }

  private func sendPages(from board: inout FeedBoard, _ source: FeedSource) throws {
    guard board.log != nil else { return }
    while let page = backlog.withLock({ $0.next(limit: RevocationBatch.maximumEntries) }) {
      try board.send(page, using: source)
    }
  }

  /// Works on the board. Nobody waits for what could not be signed.
  private func sending(_ work: (inout FeedBoard, FeedSource) throws -> Void) {
    guard let source = source.withLock({ $0 }) else { return }
    board.withLock { board in
      do {
        try work(&board, source)
      } catch {
        board.skip(to: backlog.withLock { $0.head })
        source.logger.error(
          "a revocation batch could not be signed", metadata: ["error.type": "\(type(of: error))"])
      }
    }
  }
}

// MARK: - Subscribing

extension RevocationHub {
  /// Why there is no subscription.
  enum Refusal: Error {
    /// There are as many as may be.
    case full
    /// The server stops, or has not read its log yet.
    case closed
  }

  /// A subscription for who has the log up to `position`; nil for who has nothing.
  ///
  /// A stream begins with what it lacks, or, when that is here no longer, with where the log is: then the
  /// subscriber sees the gap. And it ends what comes at once with a heartbeat, for what was sent long ago
  /// says nothing of today. A poll gets what comes next. `onLeave` is called when the place is given back.
  func subscribe(
    after position: RevocationPosition?, isStream: Bool, limit: Int,
    onLeave: @escaping @Sendable () -> Void = {}
  ) throws -> FeedSubscription {
    guard let source = source.withLock({ $0 }) else { throw Refusal.closed }
    let (outlet, frames) = FeedOutlet.make(takesHeartbeats: isStream)
    let backlog = try board.withLock { board in
      guard !board.isClosed, let log = board.log else { throw Refusal.closed }
      guard board.subscriberCount < limit else { throw Refusal.full }
      var backlog: [FeedFrame] = []
      if let position, position.epoch == log.position.epoch {
        backlog += log.ring.frames(since: position.sequence, at: source.clock()) ?? []
      }
      if isStream, let heartbeat = try board.heartbeat(using: source) { backlog.append(heartbeat) }
      board.add(outlet)
      return backlog
    }
    return FeedSubscription(backlog: backlog, frames: frames, outlet: outlet) { outlet in
      self.board.withLock { $0.remove(outlet) }
      onLeave()
    }
  }

  /// How many there are.
  var subscriberCount: Int { board.withLock { $0.subscriberCount } }

  /// Ends every subscription, and takes no more: the server is about to stop.
  func close() {
    board.withLock { $0.close() }
  }
}
