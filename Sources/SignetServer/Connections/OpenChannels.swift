internal import NIOCore
internal import Synchronization

/// How many requests may be under way: connections of HTTP/1 and streams of HTTP/2 together, of which one
/// connection may have a hundred. It is what bounds the memory that heads and bodies take.
final class OpenChannels: Sendable {
  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// A handler for one more of them.
  func handler() -> any RemovableChannelHandler { Counter(self) }

  /// How many there are.
  var current: Int { count.withLock { $0 } }

  private func enter() -> Bool {
    count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
  }

  private func leave() {
    count.withLock { $0 -= 1 }
  }

  /// Counts its channel as long as it lives, and closes it when it is one too many.
  private final class Counter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let channels: OpenChannels
    private var isCounted = false

    init(_ channels: OpenChannels) {
      self.channels = channels
    }

    func handlerAdded(context: ChannelHandlerContext) {
      isCounted = channels.enter()
      if !isCounted, context.channel.isActive { context.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
      guard isCounted else { return context.close(promise: nil) }
      context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      if isCounted { channels.leave() }
      isCounted = false
    }
  }
}
