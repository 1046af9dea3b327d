import NIOCore

/// One connection to a server, with at most one request under way.
///
/// Used on its event loop only.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What is under way: the request, and when it was due.
  struct Exchange {
    let request: Request
    let due: NIODeadline
  }

  private let stream: Stream
  private var reader = AnswerReader()
  private var exchange: Exchange?
  private var context: ChannelHandlerContext?

  init(stream: Stream) {
    self.stream = stream
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    stream.isFree(self)
  }

  /// Sends a request whose answer is awaited from `due` on, which may have been some time ago.
  func send(_ request: Request, due: NIODeadline) {
    exchange = Exchange(request: request, due: due)
    context?.writeAndFlush(wrapOutboundOut(request.bytes), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    reader.append(&bytes)
    while let answer = reader.next(), let exchange {
      self.exchange = nil
      stream.took(answer, of: exchange)
      stream.isFree(self)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    if let exchange { stream.lost(exchange) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func close() {
    exchange = nil
    context?.close(promise: nil)
  }
}
