internal import Hummingbird

/// Answers only requests that call this machine by an address of its own, or `localhost`.
///
/// A page in the browser of whoever sits here may have had its own name resolved to loopback (DNS rebinding):
/// for the browser it is then of one origin with what listens there, and would read it.
struct LocalNameMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.head.authority.map(Self.isLocal) ?? true else {
      return Response(status: .misdirectedRequest)
    }
    return try await next(request, context)
  }

  /// Whether the host of `authority`, with or without a port, is this machine.
  static func isLocal(_ authority: String) -> Bool {
    let bytes = authority.utf8
    let isBracketed = bytes.first == UInt8(ascii: "[")
    let host =
      isBracketed
      ? bytes.dropFirst().prefix { $0 != UInt8(ascii: "]") } : bytes.prefix { $0 != UInt8(ascii: ":") }
    return ServerConfiguration.isLoopback(String(decoding: host, as: UTF8.self).lowercased())
  }
}
