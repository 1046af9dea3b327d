import NIOCore
import NIOPosix

/// A port of this machine that nobody listens on.
enum FreePort {
  static func pick() throws -> Int {
    let channel = try ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0).wait()
    let port = channel.localAddress?.port ?? 0
    try channel.close().wait()
    return port
  }
}
