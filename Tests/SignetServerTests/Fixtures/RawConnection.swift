import NIOCore
import NIOPosix

/// A TCP connection that sends what a well-behaved client would not.
enum RawConnection {
  /// Sends `text` and waits for the head of an answer, or for the end of the connection.
  static func answer(to text: String, port: Int) async throws -> String {
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
        if received.contains("\r\n\r\n") { break }
      }
      return received
    }
  }
}
