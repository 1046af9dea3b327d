internal import NIOCore
internal import NIOHTTPTypes

/// Ends the body of a request that takes too long to arrive: whoever reads it gets ``Problem/bodyTooSlow``.
///
/// It sits on the connection of HTTP/1, or on the one stream of HTTP/2, and sees the parts of a request as
/// they come. A body that is there whole when its head is, as nearly every one is, costs no timer.
final class BodyDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let timeout: TimeAmount
  /// When the body that is arriving has to be there.
  private var end: NIODeadline?
  private var nextLook: Scheduled<Void>?

  /// A handler that gives a client `timeout` for a body, from the head on.
  init(timeout: Duration) {
    self.timeout = TimeAmount(timeout)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: end = context.eventLoop.now + timeout
    case .body: break
    case .end: end = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if let end, nextLook == nil { look(context, at: end) }
    context.fireChannelReadComplete()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    nextLook?.cancel()
  }

  /// Looks at `time` whether a body is overdue. It may be that of a later request, and have time left.
  private func look(_ context: ChannelHandlerContext, at time: NIODeadline) {
    nextLook = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
      self.nextLook = nil
      guard let end = self.end else { return }
      guard end <= context.eventLoop.now else { return self.look(context, at: end) }
      context.fireErrorCaught(Problem.bodyTooSlow)
    }
  }
}
