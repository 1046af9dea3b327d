internal import JOSE
internal import NIOCore
internal import TokenVerification

/// A signed batch, as all subscribers get it: the same bytes for each.
struct FeedFrame: Sendable {
  let position: RevocationPosition
  let signedAt: Timestamp
  /// Whether it tells nothing but the time. A poll does not end with it.
  let isHeartbeat: Bool
  /// A server-sent event (HTML §9.2): its id is where the log is with it, its data the token.
  let event: ByteBuffer
  private let tokenStart: Int
  private let tokenLength: Int

  init(_ batch: RevocationBatch, token: String, isHeartbeat: Bool) {
    position = RevocationPosition(epoch: batch.epoch, sequence: batch.to)
    signedAt = batch.signedAt
    self.isHeartbeat = isHeartbeat
    let (before, after) = ("id: \(position)\ndata: ", "\n\n")
    var event = ByteBuffer()
    event.reserveCapacity(before.utf8.count + token.utf8.count + after.utf8.count)
    tokenStart = event.writeString(before)
    tokenLength = event.writeString(token)
    event.writeString(after)
    self.event = event
  }

  /// The token alone.
  var token: ByteBuffer { event.getSlice(at: tokenStart, length: tokenLength) ?? ByteBuffer() }
}
