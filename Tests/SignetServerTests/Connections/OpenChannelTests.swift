import NIOCore
import NIOEmbedded
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct OpenChannelTests {
  private func open(
    _ channels: OpenChannels, from address: String = "192.0.2.1"
  ) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1)
    try channel.pipeline.syncOperations.addHandler(channels.handler())
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    return channel
  }

  @Test func `one channel too many is closed, and one that ends makes room`() throws {
    let channels = OpenChannels(limit: 2, shares: AddressShares(limit: 2, proxies: .none))
    let first = try open(channels)
    let second = try open(channels)
    #expect(first.isActive && second.isActive && channels.current == 2)
    #expect(try !open(channels).isActive)
    #expect(channels.current == 2)
    try first.close().wait()
    first.embeddedEventLoop.run()
    #expect(channels.current == 1)
    let third = try open(channels)
    #expect(third.isActive && channels.current == 2)
  }

  @Test func `one address cannot take them all, and gives back what it took`() throws {
    let channels = OpenChannels(limit: 3, shares: AddressShares(limit: 2, proxies: .none))
    let first = try open(channels)
    #expect(try open(channels).isActive)
    #expect(try !open(channels).isActive)
    #expect(try open(channels, from: "192.0.2.2").isActive)
    #expect(try !open(channels, from: "192.0.2.3").isActive)
    #expect(channels.current == 3)
    try first.close().wait()
    first.embeddedEventLoop.run()
    #expect(try open(channels).isActive)
    #expect(channels.current == 3)
  }

  @Test(.timeLimit(.minutes(10))) func `HTTP/2 streams beyond the limit are reset, the others answered`()
    async throws
  {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    var options = RunningAuthority.Options()
    options.tls = try certificates.make("first")
    options.limits.openRequests = 3
    options.limits.bodyTimeout = .seconds(1)
    options.limits.idleTimeout = .seconds(8)
    options.limits.farewellTimeout = .seconds(1)
    try await RunningAuthority.run(options) { running in
      let heads = (0..<5).flatMap { index in
        RawHTTP2.head(
          stream: UInt32(2 * index + 1), method: RawHTTP2.post, path: "/api/v1/login", endsStream: false)
      }
      let answer = try await RawHTTP2.answer(to: RawHTTP2.preface + heads, port: running.api.port)
      let types = RawHTTP2.frameTypes(answer)
      #expect(types.count { $0 == RawHTTP2.headers } == 3)
      #expect(types.count { $0 == RawHTTP2.resetStream } >= 2)
    }
  }
}
