internal import Hummingbird
internal import HummingbirdTokenVerification
internal import NIOCore
internal import SignetAuthority
internal import TokenVerification

/// What belongs to one request: its id, where it came from, and who it speaks for.
struct AuthorityRequestContext: TokenRequestContext {
  var coreContext: CoreRequestContextStorage
  var principal: Principal?
  /// The client: the peer of the socket, or whom a listed proxy names.
  var remoteAddress: String?
  /// Whether a listed proxy says that the client came over plain HTTP.
  var cameInPlain = false
  /// What the request came over: a connection of HTTP/1, or one stream of an HTTP/2 connection.
  let connection: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    connection = source.channel
    remoteAddress = source.channel.remoteAddress?.ipAddress
  }
}

extension AuthorityRequestContext {
  /// Where `request` came from, for the audit log.
  func origin(of request: Request) -> RequestOrigin {
    RequestOrigin(
      requestID: id, address: remoteAddress,
      userAgent: request.headers[.userAgent].map { $0.cut(toBytes: 256) })
  }
}

extension Channel {
  /// Whether this is a stream of an HTTP/2 connection, which in turn is a child of the listener.
  var isStream: Bool { parent?.parent != nil }
}

extension String {
  /// The longest prefix of whole characters that has at most `count` bytes of UTF-8.
  func cut(toBytes count: Int) -> String {
    guard utf8.count > count else { return self }
    var bytes = 0
    return String(
      prefix { character in
        bytes += character.utf8.count
        return bytes <= count
      })
  }
}
