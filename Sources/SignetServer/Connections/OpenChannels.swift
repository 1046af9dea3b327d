internal import NIOCore
internal import Synchronization

/// How many requests may be under way: connections of HTTP/1 and streams of HTTP/2 together, of which one
/// connection may have a hundred. It is what bounds the memory that heads and bodies take; each address has a
/// share of it.
final class OpenChannels: Sendable {
  private let limit: Int
  private let shares: AddressShares
  private let count = Mutex(0)

  init(limit: Int, shares: AddressShares) {
    self.limit = limit
    self.shares = shares
  }

  /// A handler for one more of them.
  func handler() -> any RemovableChannelHandler { Counter(self) }

  /// How many there are.
  var current: Int { count.withLock { $0 } }

  private func enter(_ address: String?) -> AddressShares.Place {
    let place = shares.enter(address)
    let hasRoom = count.withLock { count in
      guard place != .none, count < limit else { return false }
      count += 1
      return true
    }
    if !hasRoom { shares.leave(place) }
    return hasRoom ? place : .none
  }

  private func leave(_ place: AddressShares.Place) {
    shares.leave(place)
    count.withLock { $0 -= 1 }
  }

  /// Counts its channel as long as it lives, and closes it when it is one too many.
  private final class Counter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let channels: OpenChannels
    private var place = AddressShares.Place.none

    init(_ channels: OpenChannels) {
      self.channels = channels
    }

    func handlerAdded(context: ChannelHandlerContext) {
      place = channels.enter(context.channel.remoteAddress?.ipAddress)
      if place == .none, context.channel.isActive { context.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
      guard place != .none else { return context.close(promise: nil) }
      context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      if place != .none { channels.leave(place) }
      place = .none
    }
  }
}
