internal import JOSE
internal import NIOCore

/// What both ends of the control socket agree on: one line of JSON asks, one line of JSON answers.
///
/// A line may hold a password, so neither end ever logs one.
package enum ControlSocket {
  /// The socket's name in the data directory.
  package static let fileName = "signet.sock"
  /// The longest path that a Unix socket can have, in bytes.
  package static let maximumPathBytes = 107

  static let maximumRequestBytes = 1 << 16
  static let maximumAnswerBytes = 1 << 24
  static let depth = 16
  static let lineEnd = UInt8(ascii: "\n")

  static func line(of value: some Encodable) throws -> ByteBuffer {
    ByteBuffer(bytes: try JSON(encoding: value).encoded() + [lineEnd])
  }

  static func value<Value: Decodable>(_ type: Value.Type, of line: [UInt8], limit: Int) throws -> Value {
    let limits = JSONLimits(maximumBytes: limit, maximumDepth: depth)
    return try ParsedJSON(parsing: line, limits: limits).decode(type)
  }
}

/// One line, put together from the parts in which it arrives.
struct LineBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var isComplete = false
  let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes what arrived. What follows the line's end is not looked at: one line is all that is expected.
  /// - Throws: ``ControlError/tooLarge`` beyond the limit.
  mutating func append(_ part: ByteBuffer) throws(ControlError) {
    for byte in part.readableBytesView where !isComplete {
      if byte == ControlSocket.lineEnd {
        isComplete = true
      } else {
        guard bytes.count < limit else { throw .tooLarge }
        bytes.append(byte)
      }
    }
  }
}

/// Why the control socket gave no answer.
package enum ControlError: Error, Hashable, CustomStringConvertible {
  /// No server listens: there is no socket, or one that a server left behind.
  case noServer
  case pathTooLong(String)
  case tooLarge
  /// The connection ended before the answer did.
  case noAnswer
  case peerRefused

  package var description: String {
    switch self {
    case .noServer: "no server listens on the control socket"
    case .pathTooLong(let path):
      "\(path) is longer than the \(ControlSocket.maximumPathBytes) bytes that a socket's path may have; "
        + "use a data directory with a shorter path"
    case .tooLarge: "a message on the control socket is too large"
    case .noAnswer: "the server ended the connection without an answer; its log says why"
    case .peerRefused: "this user may not use the control socket"
    }
  }
}
