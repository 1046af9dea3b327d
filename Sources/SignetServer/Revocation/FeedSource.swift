internal import JOSE
internal import Logging
internal import SignetAuthority
internal import TokenVerification

/// What the frames of the feed are made with.
struct FeedSource: Sendable {
  let keys: FeedKeys
  let metrics: FeedMetrics
  let clock: @Sendable () -> Timestamp
  /// A clock that never steps: what was read some time ago must not look younger because the other did.
  let uptime: @Sendable () -> Duration
  let logger: Logger

  /// Signs a page of the log. `readAt` is when the log was last read with success.
  func frame(
    of page: FeedBacklog.Page, in epoch: String, readAt: Duration, isNews: Bool
  ) throws(JOSEError) -> FeedFrame {
    let batch = batch(of: page, in: epoch, readAt: readAt)
    return FeedFrame(batch, token: try keys.token(of: batch), isHeartbeat: !isNews)
  }

  /// The same, not signed yet.
  func batch(of page: FeedBacklog.Page, in epoch: String, readAt: Duration) -> RevocationBatch {
    let now = clock()
    return RevocationBatch(
      epoch: epoch, from: page.from, to: page.to, entries: page.entries, asOf: now - (uptime() - readAt),
      signedAt: now)
  }
}
