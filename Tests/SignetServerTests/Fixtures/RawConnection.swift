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
    _ = try await exchange(text, port: port) { _ in false }
    return true
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
