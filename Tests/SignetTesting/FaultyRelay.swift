package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A relay between a client and a server whose network can fail: connections that end, and connections on
/// which nothing arrives any more although they are open.
package final class FaultyRelay: Sendable {
  package let port: Int
  private let listener: Mutex<(any Channel)?>
  private let paths: Paths

  /// Listens on a free port of the loopback address, and connects each client with `target`.
  package init(to target: SocketAddress) async throws {
    paths = Paths(to: target)
    let channel = try await Self.listen(port: 0, paths)
    port = channel.localAddress?.port ?? 0
    listener = Mutex(channel)
  }

  private static func listen(port: Int, _ paths: Paths) async throws -> any Channel {
    try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop)
          .channelOption(.autoRead, value: false)
          .connect(to: paths.target)
          .flatMap { server in
            client.eventLoop.makeCompletedFuture {
              try client.pipeline.syncOperations.addHandler(Forwarding(to: server))
              try server.pipeline.syncOperations.addHandler(Forwarding(to: client))
            }.map { paths.add(client, server) }
          }
      }
      .bind(host: "127.0.0.1", port: port).get()
  }

  /// Nobody listens any more, as on a machine that is gone.
  package func refuse() async throws {
    let channel = listener.withLock { listener in
      defer { listener = nil }
      return listener
    }
    try await channel?.close()
    paths.cut()
  }

  /// Listens again, on the same port, and connects the clients with `target`.
  package func accept(to target: SocketAddress) async throws {
    paths.target = target
    let channel = try await Self.listen(port: port, paths)
    listener.withLock { $0 = channel }
  }

  /// Ends every connection; the next client is served.
  package func cut() {
    paths.cut()
  }

  /// Lets nothing through, on connections of before and on new ones, until ``resume()``.
  package func stall() {
    paths.setStalled(true)
  }

  /// Lets everything through again, what has come meanwhile first.
  package func resume() {
    paths.setStalled(false)
  }
}

/// The connections that are relayed, both ends of each.
private final class Paths: Sendable {
  private let state: Mutex<State>

  private struct State {
    var target: SocketAddress
    var isStalled = false
    var ends: [ObjectIdentifier: any Channel] = [:]
  }

  init(to target: SocketAddress) {
    state = Mutex(State(target: target))
  }

  var target: SocketAddress {
    get { state.withLock { $0.target } }
    set { state.withLock { $0.target = newValue } }
  }

  func add(_ ends: any Channel...) {
    state.withLock { state in
      for end in ends {
        state.ends[ObjectIdentifier(end)] = end
        end.closeFuture.whenComplete { _ in self.forget(end) }
        Self.set(end, isStalled: state.isStalled)
      }
    }
  }

  func setStalled(_ isStalled: Bool) {
    state.withLock { state in
      state.isStalled = isStalled
      for end in state.ends.values { Self.set(end, isStalled: isStalled) }
    }
  }

  func cut() {
    for end in state.withLock({ Array($0.ends.values) }) { end.close(promise: nil) }
  }

  private func forget(_ end: any Channel) {
    _ = state.withLock { $0.ends.removeValue(forKey: ObjectIdentifier(end)) }
  }

  private static func set(_ end: any Channel, isStalled: Bool) {
    end.setOption(.autoRead, value: !isStalled).whenComplete { _ in }
  }
}

/// Hands on what one end sends to the other, and its end.
private final class Forwarding: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let other: any Channel

  init(to other: any Channel) {
    self.other = other
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    other.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    other.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
