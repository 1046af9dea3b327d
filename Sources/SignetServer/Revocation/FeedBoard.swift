internal import TokenVerification

/// What the feed stands at, and who follows it. Used under the hub's lock.
struct FeedBoard {
  /// The life of the log that is sent; nil before anything was read.
  private(set) var log: Log?
  private var outlets: [ObjectIdentifier: FeedOutlet] = [:]
  private(set) var isClosed = false
  /// Whether a heartbeat was sent since this was last set to false.
  var hasBeaten = false

  struct Log {
    var position: RevocationPosition
    var ring: FrameRing
    /// When the log was last read with success, or rather when that reading began, by the monotonic clock.
    var readAt: Duration
    /// Counts what was sent.
    var version: UInt64 = 0
  }

  var subscriberCount: Int { outlets.count }

  /// Begins to send the log as it stands at `position`, which was read at `readAt`. Subscribers get an empty
  /// frame, and see that they need the snapshot.
  mutating func begin(at position: RevocationPosition, readAt: Duration, using source: FeedSource) throws {
    log = Log(position: position, ring: FrameRing(head: position.sequence), readAt: readAt)
    let here = FeedBacklog.Page(from: position.sequence, to: position.sequence, entries: [])
    deliver(try source.frame(of: here, in: position.epoch, readAt: readAt, isNews: true), using: source)
  }

  /// Signs a batch once, and hands the same bytes to everybody.
  mutating func send(_ page: FeedBacklog.Page, using source: FeedSource) throws {
    guard var log else { return }
    let frame = try source.frame(of: page, in: log.position.epoch, readAt: log.readAt, isNews: true)
    log.position = frame.position
    log.ring.append(frame)
    log.version += 1
    self.log = log
    deliver(frame, using: source)
  }

  /// The log was read with success. The heartbeat says so.
  mutating func noteReading(at readAt: Duration) {
    log?.readAt = readAt
  }

  /// Says where the log stands, and as of when, to all who listen.
  mutating func beat(using source: FeedSource) throws {
    guard let frame = try heartbeat(using: source) else { return }
    hasBeaten = true
    deliver(frame, using: source)
  }

  /// An empty batch, as of now; nil before anything was read.
  func heartbeat(using source: FeedSource) throws -> FeedFrame? {
    guard let log else { return nil }
    let here = FeedBacklog.Page(from: log.position.sequence, to: log.position.sequence, entries: [])
    return try source.frame(of: here, in: log.position.epoch, readAt: log.readAt, isNews: false)
  }

  mutating func add(_ outlet: FeedOutlet) {
    outlets[ObjectIdentifier(outlet)] = outlet
  }

  mutating func remove(_ outlet: FeedOutlet) {
    outlets[ObjectIdentifier(outlet)] = nil
  }

  /// Ends all subscriptions, and takes no more.
  mutating func close() {
    isClosed = true
    endAll()
  }

  /// What lay before `head` could not be sent: whoever follows the log has to come again, and to begin anew.
  mutating func skip(to head: Int64) {
    guard let log else { return }
    self.log?.position = RevocationPosition(epoch: log.position.epoch, sequence: head)
    self.log?.ring = FrameRing(head: head)
    self.log?.version += 1
    endAll()
  }

  private mutating func endAll() {
    for outlet in outlets.values { outlet.end() }
    outlets = [:]
  }

  private mutating func deliver(_ frame: FeedFrame, using source: FeedSource) {
    source.metrics.frames.add(frame.isHeartbeat ? .heartbeat : .batch)
    for (id, outlet) in outlets where !outlet.offer(frame) {
      outlets[id] = nil
      source.metrics.dropped.add()
      outlet.drop()
    }
  }
}
