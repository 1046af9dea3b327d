import NIOCore
import NIOPosix

/// A TCP connection that sends what a well-behaved client would not.
enum RawConnection {
  /// Sends `text` and waits for the head of an answer, or for the end of the connection.
  static func answer(to text: String, port: Int) async throws -> String {
    try await exchange(text, port: port) { received in received.contains("\r\n\r\n") }
  }

  /// Sends `text` and waits for the server to end the connection.
  static func isClosed(after text: String, port: Int) async throws -> Bool {
    do {
      _ = try await exchange(text, port: port) { _ in false }
    } catch is ChannelError {
      // Closed before all was sent.
    } catch is IOError {
      // Closed while something was under way.
    }
    return true
  }

  /// Sends `text`, then one letter after the other, and waits for the server to end the connection.
  static func isClosed(dripping text: String, every interval: TimeAmount, port: Int) async throws -> Bool {
    let channel = try await open(port: port)
    channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    let drip = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      channel.writeAndFlush(ByteBuffer(string: "a"), promise: nil)
    }
    defer { drip.cancel() }
    try await channel.closeFuture.get()
    return true
  }

  /// A connection that says nothing yet.
  static func open(port: Int) async throws -> any Channel {
    try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port).get()
  }

  private static func exchange(
    _ text: String, port: Int, until isEnough: (String) -> Bool
  ) async throws -> String {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      var received = ""
      for try await part in inbound {
        received += String(buffer: part)
        if isEnough(received) { break }
      }
      return received
    }
  }
}
