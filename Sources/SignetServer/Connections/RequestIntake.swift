internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// How much of what a client sends is taken in before it is answered, and how long behind the answer.
///
/// It stands behind the decoder, on a connection of HTTP/1 or a stream of HTTP/2. A client that reads its
/// answers, and sends what it announces, does not notice it.
final class RequestIntake: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How many requests may come in one read. It is parsed whole before back-pressure counts: 16 KiB hold 900
  /// of the shortest heads, and each becomes some KiB. Clients that pipeline at all send a few.
  static let mostRequestsPerRead = 16

  /// How long a client may take to hear the last answer, or to end a request that has its answer. To close at
  /// once over bytes that nobody has read would reset the connection, and take the answer back.
  static let farewell = TimeAmount.seconds(1)

  private var requestsInRead = 0
  private var unanswered = 0
  /// Whether the end of the newest request is yet to come.
  private var isReading = false
  private var isLastRequest = false
  private var isLastAnswer = false
  /// Whether nothing more is taken in.
  private var isShut = false
  private var end: Scheduled<Void>?

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isShut else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      requestsInRead += 1
      guard requestsInRead <= Self.mostRequestsPerRead else {
        isShut = true
        return context.close(promise: nil)
      }
      unanswered += 1
      isReading = true
      isLastRequest = Self.leavesHTTP(head) && !context.channel.isStream
    case .body: break
    case .end:
      isReading = false
      isShut = isLastRequest
      if !isLastAnswer { end?.cancel() }
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    requestsInRead = 0
    context.fireChannelReadComplete()
  }

  /// Behind a request that leaves HTTP the decoder parses no more, and keeps whatever comes: so nothing may.
  func read(context: ChannelHandlerContext) {
    if !isShut { context.read() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    var data = data
    switch unwrapOutboundIn(data) {
    case .head(var head):
      if isLastRequest, unanswered == 1 {
        head.headerFields[.connection] = "close"
        data = wrapOutboundOut(.head(head))
      }
      isLastAnswer = isLastAnswer || head.headerFields[.connection] == "close"
    case .body: break
    case .end:
      unanswered -= 1
      if isLastAnswer || (isReading && unanswered == 0) { closeSoon(context) }
    }
    context.write(data, promise: promise)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end?.cancel()
  }

  private func closeSoon(_ context: ChannelHandlerContext) {
    end?.cancel()
    end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) {
      context.close(promise: nil)
    }
  }

  /// Whether a request asks that something else than HTTP/1 follow it (RFC 9110 §7.8, §9.3.6). It is not
  /// granted: such a request is answered like any other, and is the last one.
  private static func leavesHTTP(_ head: HTTPRequest) -> Bool {
    head.headerFields[.upgrade] != nil || head.method == .connect
  }
}
