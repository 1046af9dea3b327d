import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import SignetServer

/// Deadlines against a clock that a test moves.
@Suite struct ConnectionDeadlineTests {
  private static let limits = ConnectionDeadlines.Limits(
    handshake: .seconds(10), silence: .seconds(90), farewell: .seconds(30), lifetime: .seconds(3600))

  private func channel(awaitsHandshake: Bool) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(
      ConnectionDeadlines(Self.limits, awaitsHandshake: awaitsHandshake))
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    return channel
  }

  private func isOpen(_ channel: EmbeddedChannel, after seconds: Int64) -> Bool {
    channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    return channel.isActive
  }

  @Test func `a handshake has ten seconds`() throws {
    let late = try channel(awaitsHandshake: true)
    #expect(isOpen(late, after: 9))
    #expect(!isOpen(late, after: 1))
    let done = try channel(awaitsHandshake: true)
    #expect(isOpen(done, after: 9))
    done.pipeline.fireUserInboundEventTriggered(
      TLSUserEvent.handshakeCompleted(negotiatedProtocol: "http/1.1"))
    #expect(isOpen(done, after: 89))
    #expect(!isOpen(done, after: 1))
  }

  @Test func `silence is counted from the last byte`() throws {
    let channel = try channel(awaitsHandshake: false)
    #expect(isOpen(channel, after: 89))
    try channel.writeInbound(ByteBuffer(string: "a"))
    #expect(isOpen(channel, after: 89))
    try channel.writeInbound(ByteBuffer(string: "a"))
    #expect(isOpen(channel, after: 89))
    #expect(!isOpen(channel, after: 1))
  }

  @Test func `a stream of events is no silence`() throws {
    let channel = try channel(awaitsHandshake: false)
    for _ in 0..<5 {
      #expect(isOpen(channel, after: 89))
      try channel.writeOutbound(ByteBuffer(string: "id: a.1"))
    }
    #expect(isOpen(channel, after: 89))
    #expect(!isOpen(channel, after: 1))
  }

  @Test func `HTTP/2 lives an hour and its farewell, HTTP/1 as long as it speaks`() throws {
    for (negotiated, isMortal) in [("h2", true), ("http/1.1", false)] {
      let channel = try channel(awaitsHandshake: true)
      channel.pipeline.fireUserInboundEventTriggered(
        TLSUserEvent.handshakeCompleted(negotiatedProtocol: negotiated))
      for _ in 0..<125 {
        #expect(isOpen(channel, after: 29))
        try channel.writeInbound(ByteBuffer(string: "a"))
      }
      #expect(isOpen(channel, after: 29) == !isMortal)
    }
  }

  @Test func `a shutdown closes what has no protocol yet, and the rest after a farewell`() throws {
    let early = try channel(awaitsHandshake: true)
    early.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    #expect(!early.isActive)
    let late = try channel(awaitsHandshake: false)
    late.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    #expect(isOpen(late, after: 29))
    #expect(!isOpen(late, after: 1))
  }
}

@Suite struct AddressShareTests {
  @Test func `an address has so many connections and no more, and gives them back`() throws {
    let addresses = AddressShares(limit: 2, proxies: try TrustedProxies(["10.0.0.0/8"]))
    let first = addresses.enter("192.0.2.1")
    #expect(first == .taken(network: "192.0.2.1"))
    #expect(addresses.enter("192.0.2.1") == .taken(network: "192.0.2.1"))
    #expect(addresses.enter("192.0.2.1") == .none)
    #expect(addresses.enter("192.0.2.2") == .taken(network: "192.0.2.2"))
    addresses.leave(.none)
    #expect(addresses.enter("192.0.2.1") == .none)
    addresses.leave(first)
    #expect(addresses.enter("192.0.2.1") == first)
    for _ in 0..<2 { addresses.leave(first) }
    #expect(addresses.addressCount == 1)
  }

  @Test func `a network of IPv6 counts as one; this machine and the proxies not at all`() throws {
    let addresses = AddressShares(limit: 1, proxies: try TrustedProxies(["10.0.0.0/8"]))
    #expect(addresses.enter("2001:db8::1") == .taken(network: "2001:db8:0:0::/64"))
    #expect(addresses.enter("2001:db8::2") == .none)
    for address in ["127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1", nil] {
      for _ in 0..<3 { #expect(addresses.enter(address) == .free) }
    }
    #expect(addresses.addressCount == 1)
  }
}

@Suite struct GuardedChannelTests {
  /// A protocol that says nothing.
  private struct Silent: ServerChildChannel {
    struct Value: ServerChildChannelValue {
      let channel: any Channel
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
      channel.eventLoop.makeSucceededFuture(Value(channel: channel))
    }

    func handle(value: Value, logger: Logger) async {}
  }

  private func open(
    _ guarded: GuardedChannel<Silent>, from address: String = "192.0.2.1"
  ) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
    channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1)
    _ = try guarded.setup(channel: channel, logger: Logger(label: "test")).wait()
    return channel
  }

  private func guarded(limit: Int) -> GuardedChannel<Silent> {
    GuardedChannel(
      inner: Silent(),
      limits: ConnectionDeadlines.Limits(
        handshake: .seconds(10), silence: .seconds(90), farewell: .seconds(30), lifetime: .seconds(3600)),
      addresses: AddressShares(limit: limit, proxies: .none), shutdown: ShutdownFlag())
  }

  @Test func `a connection too many from one address is closed, and one that ends makes room`() throws {
    let guarded = guarded(limit: 2)
    let first = try open(guarded)
    #expect(try open(guarded).isActive)
    #expect(try !open(guarded).isActive)
    #expect(try open(guarded, from: "192.0.2.2").isActive)
    try first.close().wait()
    first.embeddedEventLoop.run()
    #expect(try open(guarded).isActive)
  }

  @Test func `one turn of the loop reads once`() throws {
    let options = try #require(open(guarded(limit: 2)).syncOptions)
    let most = try options.getOption(ChannelOptions.maxMessagesPerRead)
    #expect(most == 1)
  }

  @Test func `a connection that comes while the server shuts down is bidden to close`() throws {
    let guarded = guarded(limit: 2)
    guarded.shutdown.raise()
    let late = try open(guarded)
    late.embeddedEventLoop.advanceTime(by: .seconds(29))
    #expect(late.isActive)
    late.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!late.isActive)
  }
}
