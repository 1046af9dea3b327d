internal import JOSE
internal import NIOCore
internal import TokenVerification

/// The last frames of one life of the log, so that who was away for a moment goes on where he was.
struct FrameRing {
  private var frames: [FeedFrame] = []
  private var bytes = 0
  /// Who has the log up to here, or less, may lack what the ring has no longer.
  private var lost: Int64

  static let maximumFrames = 1_024
  static let maximumBytes = 4 << 20
  static let lifetime: Duration = .seconds(3_600)

  /// A ring whose first frame will follow `head`.
  init(head: Int64) {
    lost = head - 1
  }

  mutating func append(_ frame: FeedFrame) {
    frames.append(frame)
    bytes += frame.event.readableBytes
    while frames.count > Self.maximumFrames || bytes > Self.maximumBytes {
      let oldest = frames.removeFirst()
      bytes -= oldest.event.readableBytes
      lost = oldest.position.sequence
    }
  }

  /// What somebody may lack who has the log up to `sequence`; nil when some of it is here no longer, or so
  /// old that a verifier might not take it.
  ///
  /// A frame that ends at that very number is among it: it may hold an entry that was told late.
  func frames(since sequence: Int64, at now: Timestamp) -> ArraySlice<FeedFrame>? {
    guard sequence > lost else { return nil }
    let start = frames.firstIndex { $0.position.sequence >= sequence } ?? frames.endIndex
    let lacking = frames[start...]
    return lacking.first.map { $0.signedAt + Self.lifetime > now } ?? true ? lacking : nil
  }
}
