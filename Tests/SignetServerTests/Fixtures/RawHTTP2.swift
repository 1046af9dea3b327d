import NIOCore
import NIOPosix
import NIOSSL

/// An HTTP/2 connection over TLS that sends what a well-behaved client would not, frame by frame
/// (RFC 9113 §4.1). It answers no ping.
enum RawHTTP2 {
  /// The client's preface and its empty settings.
  static let preface =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(type: 4, flags: 0, stream: 0, [])

  static func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let count = UInt32(payload.count)
    let head = [
      UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags,
      UInt8(stream >> 24), UInt8(stream >> 16 & 0xFF), UInt8(stream >> 8 & 0xFF), UInt8(stream & 0xFF),
    ]
    return head + payload
  }

  /// A HEADERS frame. `endsStream`: no body follows. `endsHeaders`: no CONTINUATION follows.
  static func head(
    stream: UInt32, method: UInt8 = get, path: String = "/health/live", more: [UInt8] = [],
    endsStream: Bool = true, endsHeaders: Bool = true
  ) -> [UInt8] {
    // From the static table of RFC 7541, appendix A: `:method` 2 and 3, `:scheme: https` 7, `:path` 4,
    // `:authority` 1.
    let block = [method, 0x87] + literal(name: 4, path) + literal(name: 1, "id.example.com") + more
    return frame(
      type: 1, flags: (endsStream ? 0x1 : 0) | (endsHeaders ? 0x4 : 0), stream: stream, block)
  }

  static func reset(stream: UInt32) -> [UInt8] {
    frame(type: 3, flags: 0, stream: stream, [0, 0, 0, 8])
  }

  /// A field whose name is in the static table (RFC 7541 §6.2.2), with a value below 127 bytes.
  static func literal(name: UInt8, _ value: String) -> [UInt8] {
    [name, UInt8(value.utf8.count)] + Array(value.utf8)
  }

  static let get: UInt8 = 0x82
  static let post: UInt8 = 0x83

  /// Sends `bytes` after the handshake and waits for the server to end the connection, or for as much of an
  /// answer as `isEnough` asks for.
  /// - Returns: What it sent until then.
  static func answer(
    to bytes: [UInt8], port: Int, until isEnough: ([UInt8]) -> Bool = { _ in false }
  ) async throws -> [UInt8] {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    configuration.applicationProtocols = ["h2"]
    let context = try NIOSSLContext(configuration: configuration)
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: nil))
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var received: [UInt8] = []
      do {
        try await outbound.write(ByteBuffer(bytes: bytes))
        for try await part in inbound {
          received += part.readableBytesView
          if isEnough(received) { break }
        }
      } catch is NIOSSLError {
        // Closed without TLS's own good-bye: closed all the same.
      } catch is IOError {
      } catch is ChannelError {
      }
      return received
    }
  }

  /// The types of the frames in `bytes`, in order.
  static func frameTypes(_ bytes: [UInt8]) -> [UInt8] {
    var types: [UInt8] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let start = rest.startIndex
      types.append(rest[start + 3])
      rest = rest.dropFirst(9 + (Int(rest[start]) << 16 | Int(rest[start + 1]) << 8 | Int(rest[start + 2])))
    }
    return types
  }

  static let goAway: UInt8 = 7
  static let headers: UInt8 = 1
  static let resetStream: UInt8 = 3
}
