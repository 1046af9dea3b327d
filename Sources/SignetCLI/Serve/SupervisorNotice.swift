internal import Foundation
internal import Glibc
internal import Logging
internal import ServiceLifecycle

/// What systemd, or whoever started the server and wants to know, is told of its state: sd_notify(3).
///
/// One datagram a state, to the Unix socket that the environment names.
struct SupervisorNotice: Sendable {
  enum State: String, Sendable {
    case ready = "READY=1"
    case stopping = "STOPPING=1"
  }

  /// The socket's path; an abstract one begins with `@`. Nil when nobody wants to know.
  let socket: String?
  let logger: Logger

  /// The socket that this process was given.
  static func given(
    logger: Logger, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> SupervisorNotice {
    SupervisorNotice(socket: environment["NOTIFY_SOCKET"], logger: logger)
  }

  /// Says it, and goes on without, if that fails.
  func tell(_ state: State) {
    guard let socket else { return }
    guard let error = Self.send(Array(state.rawValue.utf8), to: Array(socket.utf8)) else { return }
    logger.warning(
      "the supervisor was not told", metadata: ["state": "\(state.rawValue)", "errno": "\(error)"])
  }

  /// - Returns: The number of the error; nil when it was sent.
  private static func send(_ message: [UInt8], to path: [UInt8]) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = path
    let isAbstract = name.first == UInt8(ascii: "@")
    if isAbstract { name[0] = 0 }
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard !name.isEmpty, name.count < room else { return ENAMETOOLONG }
    // SAFETY: no more bytes are copied than fit, which the guard has seen to.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = MemoryLayout<sockaddr_un>.size - room + name.count + (isAbstract ? 0 : 1)
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    // SAFETY: both pointers live for the call; the length is that of the part of the address that is filled.
    let count = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe sendto(
        descriptor, message, message.count, Int32(MSG_NOSIGNAL),
        bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    }
    return count == message.count ? nil : errno
  }
}

/// Tells the supervisor when the server begins to stop.
struct StopNotice: Service {
  let notice: SupervisorNotice

  func run() async throws {
    try await gracefulShutdown()
    notice.tell(.stopping)
  }
}
