internal import Glibc
internal import NIOCore

/// Who is at the other end of a Unix socket, as the kernel says: it cannot be forged.
///
/// The layout is that of `struct ucred` (unix(7)), which the C library imports as a type that is not
/// Sendable.
struct PeerCredentials: Hashable, Sendable {
  let processID: Int32
  let userID: UInt32
  let groupID: UInt32

  /// The credentials of the peer of `channel`.
  static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredentials> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ControlError.peerRefused)
    }
    // SAFETY: SO_PEERCRED fills a `struct ucred`, three 32-bit integers in the order declared above.
    return provider.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
  }

  /// Whether this peer may give orders to a server that runs as `userID`: the same user, or root.
  func mayAdminister(serverOf userID: UInt32) -> Bool {
    self.userID == userID || self.userID == 0
  }
}
