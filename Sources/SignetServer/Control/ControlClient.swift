internal import Glibc
internal import NIOCore
internal import NIOPosix

/// The other end of a server's control socket.
package struct ControlClient: Sendable {
  private let path: String

  package init(path: String) {
    self.path = path
  }

  /// Asks the running server.
  /// - Throws: ``ControlError/noServer`` when none listens; then the database is free to be opened.
  package func answer(to request: AdministrationRequest) async throws -> AdministrationAnswer {
    guard path.utf8.count <= ControlSocket.maximumPathBytes else { throw ControlError.pathTooLong(path) }
    let channel = try await connect()
    let line = try ControlSocket.line(of: request)
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(line)
      var answer = LineBuffer(limit: ControlSocket.maximumAnswerBytes)
      for try await part in inbound {
        try answer.append(part)
        if answer.isComplete { break }
      }
      guard answer.isComplete else { throw ControlError.noAnswer }
      return try ControlSocket.value(
        AdministrationAnswer.self, of: answer.bytes, limit: ControlSocket.maximumAnswerBytes)
    }
  }

  private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    do {
      return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch let error as IOError where Self.meansNobodyListens(error.errnoCode) {
      throw ControlError.noServer
    } catch let error as IOError where error.errnoCode == EACCES {
      throw ControlError.peerRefused
    }
  }

  /// No such file, or a socket whose server has gone.
  private static func meansNobodyListens(_ code: CInt) -> Bool {
    code == ENOENT || code == ECONNREFUSED
  }
}
