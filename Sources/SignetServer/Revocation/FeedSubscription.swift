internal import Synchronization

/// A place among those who wait for frames: of a stream, or of a poll that wants the next one.
///
/// It is given back when it is let go of, so that a stream that never begins keeps none.
final class FeedSubscription: Sendable {
  /// What comes at once.
  let backlog: [FeedFrame]
  /// What comes then; it ends when the hub has no more for this one.
  let frames: AsyncStream<FeedFrame>
  private let outlet: FeedOutlet
  private let leave: @Sendable (FeedOutlet) -> Void

  init(
    backlog: [FeedFrame], frames: AsyncStream<FeedFrame>, outlet: FeedOutlet,
    leave: @escaping @Sendable (FeedOutlet) -> Void
  ) {
    self.backlog = backlog
    self.frames = frames
    self.outlet = outlet
    self.leave = leave
  }

  deinit {
    leave(outlet)
  }

  /// Says how its connection is closed, should it be too slow for the feed.
  func whenDropped(_ close: @escaping @Sendable () -> Void) {
    outlet.whenDropped(close)
  }

  /// Ends it from outside: nobody reads it any more.
  func end() {
    outlet.end()
  }
}

/// The hub's end of a subscription.
final class FeedOutlet: Sendable {
  private let inlet: AsyncStream<FeedFrame>.Continuation
  private let takesHeartbeats: Bool
  private let close = Mutex<(@Sendable () -> Void)?>(nil)

  /// How many frames wait for a subscriber at most. All wait for the same bytes.
  static let buffer = 256

  private init(_ inlet: AsyncStream<FeedFrame>.Continuation, takesHeartbeats: Bool) {
    self.inlet = inlet
    self.takesHeartbeats = takesHeartbeats
  }

  static func make(takesHeartbeats: Bool) -> (outlet: FeedOutlet, frames: AsyncStream<FeedFrame>) {
    let (frames, inlet) = AsyncStream.makeStream(
      of: FeedFrame.self, bufferingPolicy: .bufferingOldest(buffer))
    return (FeedOutlet(inlet, takesHeartbeats: takesHeartbeats), frames)
  }

  /// Hands a frame on. False when there was no room for it.
  func offer(_ frame: FeedFrame) -> Bool {
    guard takesHeartbeats || !frame.isHeartbeat else { return true }
    if case .dropped = inlet.yield(frame) { return false }
    return true
  }

  func end() {
    inlet.finish()
  }

  /// Gives it up: who does not read must not be waited for. He comes again, and learns what he has missed.
  func drop() {
    inlet.finish()
    close.withLock { $0 }?()
  }

  fileprivate func whenDropped(_ close: @escaping @Sendable () -> Void) {
    self.close.withLock { $0 = close }
  }
}
