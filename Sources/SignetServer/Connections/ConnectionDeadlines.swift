internal import NIOCore
internal import NIOTLS

/// Closes a connection that takes too long over what precedes a request: the TLS handshake, a first byte, and
/// the farewell. What a request may take is counted further up.
///
/// It sits behind TLS, where there is TLS, and counts bytes that mean something. HTTP/1 closes its idle
/// connections itself; HTTP/2 says good-bye first and then waits for an answer that need not come.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny
  typealias OutboundIn = NIOAny

  struct Limits: Hashable, Sendable {
    /// From the connection to the end of the TLS handshake.
    let handshake: Duration
    /// Without a byte from the client, or one for it: a stream of events is no silence.
    let silence: Duration
    /// From the wish to close until it is closed.
    let farewell: Duration
    /// How long an HTTP/2 connection may live; then the farewell begins.
    let lifetime: Duration
  }

  private let limits: Limits
  private var isHandshaking: Bool
  private var lastByte = NIODeadline.now()
  private var deadlines: [Scheduled<Void>] = []
  private var nextLook: Scheduled<Void>?

  init(_ limits: Limits, awaitsHandshake: Bool) {
    self.limits = limits
    isHandshaking = awaitsHandshake
  }

  func handlerAdded(context: ChannelHandlerContext) {
    lastByte = context.eventLoop.now
    if isHandshaking {
      close(context, in: limits.handshake) { $0.isHandshaking }
    }
    watchSilence(context, in: TimeAmount(limits.silence))
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    for deadline in deadlines { deadline.cancel() }
    nextLook?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastByte = context.eventLoop.now
    context.fireChannelRead(data)
  }

  /// Nothing is written to a client that does not read.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    lastByte = context.eventLoop.now
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSUserEvent.handshakeCompleted(let negotiated):
      isHandshaking = false
      lastByte = context.eventLoop.now
      if negotiated == "h2" { close(context, in: limits.lifetime + limits.farewell) { _ in true } }
    case is ChannelShouldQuiesceEvent:
      // Nobody further up hears of it before there is a protocol.
      guard !isHandshaking else { return context.close(promise: nil) }
      close(context, in: limits.farewell) { _ in true }
    default: break
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func close(
    _ context: ChannelHandlerContext, in delay: Duration,
    if isDue: @escaping (ConnectionDeadlines) -> Bool
  ) {
    let deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
      if isDue(self) { context.close(promise: nil) }
    }
    deadlines.append(deadline)
  }

  /// Looks when the silence would have lasted long enough, and again that much later than the last byte.
  private func watchSilence(_ context: ChannelHandlerContext, in delay: TimeAmount) {
    nextLook = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
      let end = self.lastByte + TimeAmount(self.limits.silence)
      let now = context.eventLoop.now
      guard now < end else { return context.close(promise: nil) }
      self.watchSilence(context, in: end - now)
    }
  }
}
