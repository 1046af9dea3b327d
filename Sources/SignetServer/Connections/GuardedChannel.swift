internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// A connection with deadlines of its own, and one of a bounded number from its address.
struct GuardedChannel<Inner: ServerChildChannel>: ServerChildChannel {
  typealias Value = Inner.Value

  let inner: Inner
  let limits: ConnectionDeadlines.Limits
  let addresses: AddressShares
  let shutdown: ShutdownFlag

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let place = addresses.enter(channel.remoteAddress?.ipAddress)
    channel.closeFuture.whenComplete { [addresses] _ in addresses.leave(place) }
    return inner.setup(channel: channel, logger: logger).flatMapThrowing { value in
      try limitReads(of: channel)
      try addDeadlines(to: channel)
      if place == .none {
        logger.debug("too many connections from one address")
        channel.close(promise: nil)
      }
      // The event that bids connections to close has passed one that was only being made.
      if shutdown.isRaised { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
      return value
    }
  }

  @concurrent func handle(value: Value, logger: Logger) async {
    await inner.handle(value: value, logger: logger)
  }

  /// Whatever one turn of the loop reads is decrypted and parsed before back-pressure counts: so it is one
  /// read, of no more than the largest head.
  private func limitReads(of channel: any Channel) throws {
    let options = channel.syncOptions
    try options?.setOption(.maxMessagesPerRead, value: 1)
    try options?.setOption(
      .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 16_384))
  }

  private func addDeadlines(to channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    do {
      let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
      try pipeline.addHandler(
        ConnectionDeadlines(limits, awaitsHandshake: true), position: .after(tls))
    } catch is ChannelPipelineError {
      try pipeline.addHandler(ConnectionDeadlines(limits, awaitsHandshake: false), position: .first)
    }
  }
}

/// Whether the server is shutting down.
final class ShutdownFlag: Sendable {
  private let state = Atomic(false)

  var isRaised: Bool { state.load(ordering: .acquiring) }

  func raise() {
    state.store(true, ordering: .releasing)
  }
}
