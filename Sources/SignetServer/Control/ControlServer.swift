internal import Foundation
internal import Glibc
package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import SignetAuthority

/// Carries out administrators' commands while the server holds the database: a Unix socket of mode 0600, on
/// which only the server's own user and root are answered.
package struct ControlServer: Service {
  private let path: String
  private let administration: Administration
  private let logger: Logger

  private let onListening: @Sendable () async -> Void

  /// A server for the socket at `path`. Whoever starts it holds the lock of the storage or of the directory,
  /// so a socket that is there already was left behind, and is replaced. `onListening` is called once
  /// commands are answered.
  package init(
    path: String, administration: Administration, logger: Logger,
    onListening: @escaping @Sendable () async -> Void = {}
  ) {
    self.onListening = onListening
    self.path = path
    self.administration = administration
    self.logger = logger
  }

  package func run() async throws {
    guard path.utf8.count <= ControlSocket.maximumPathBytes else { throw ControlError.pathTooLong(path) }
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
        Self.admit(channel)
      }
    // The process's umask has kept everybody else out since the socket was made; this takes the owner's `x`
    // as well.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    defer { removeSocket() }
    await onListening()
    try await listener.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections.cancelOnGracefulShutdown() {
          group.addTask { await serve(connection) }
        }
      }
    }
  }

  /// A connection that waits to be served. One that nobody serves any more, because the server ends, closes.
  private final class Admitted: Sendable {
    let channel: any Channel
    let peer: PeerCredentials

    init(channel: any Channel, peer: PeerCredentials) {
      self.channel = channel
      self.peer = peer
    }

    deinit {
      channel.close(promise: nil)
    }

    /// Its two streams, from the first byte on: nothing has been read so far.
    ///
    /// They are made by whoever serves it, and not before: NIO ends the process when they are dropped unused.
    func open() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
      let channel = channel
      return try await channel.eventLoop.submit {
        let streams = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        try channel.syncOptions?.setOption(.autoRead, value: true)
        return streams
      }.get()
    }
  }

  /// Looks at the peer before a byte is read; a stranger's connection is served with a peer that may do
  /// nothing.
  private static func admit(_ channel: any Channel) -> EventLoopFuture<Admitted> {
    PeerCredentials.of(channel).map { peer in Admitted(channel: channel, peer: peer) }
  }

  private func serve(_ connection: Admitted) async {
    let peer = connection.peer
    do {
      try await connection.open().executeThenClose { inbound, outbound in
        guard peer.mayAdminister(serverOf: geteuid()) else { throw ControlError.peerRefused }
        var line = LineBuffer(limit: ControlSocket.maximumRequestBytes)
        for try await part in inbound.cancelOnGracefulShutdown() {
          try line.append(part)
          if line.isComplete { break }
        }
        guard line.isComplete else { return }
        try await outbound.write(ControlSocket.line(of: await answer(to: line.bytes, peer: peer)))
      }
    } catch {
      logger.warning("control connection failed", metadata: ["error": "\(error)", "uid": "\(peer.userID)"])
    }
  }

  private func answer(to line: [UInt8], peer: PeerCredentials) async -> AdministrationAnswer {
    let request: AdministrationRequest
    do {
      request = try ControlSocket.value(
        AdministrationRequest.self, of: line, limit: ControlSocket.maximumRequestBytes)
    } catch {
      return .refused(
        AdministrationRefusal(
          "unknown_command", "the running server does not know this command",
          next: "use the `signet` of the server's own version, or restart the server"))
    }
    return await administration.answer(request, by: Administrator(userID: peer.userID))
  }

  /// NIO removes it as well when it closes the listener, but not when the start failed half-way.
  private func removeSocket() {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      logger.warning("the control socket could not be removed", metadata: ["error": "\(error)"])
    }
  }
}
