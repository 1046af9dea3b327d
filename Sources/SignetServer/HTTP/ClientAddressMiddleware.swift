internal import Hummingbird
internal import HummingbirdTokenVerification
internal import Logging

/// Finds out where a request came from, before anything else looks; and refuses plain HTTP from whoever is
/// neither this machine nor a listed proxy.
struct ClientAddressMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  let proxies: TrustedProxies
  let servesTLS: Bool

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let peer = context.remoteAddress
    if let refusal = refusal(of: peer) {
      context.logger.warning("plain HTTP from no listed proxy", metadata: ["address": "\(peer ?? "unknown")"])
      return refusal.response(requestID: context.id)
    }
    var context = context
    let client = proxies.client(peer: peer, headers: request.headers)
    context.remoteAddress = client.address
    context.cameInPlain = client.cameInPlain
    return try await next(request, context)
  }

  /// Why a peer is not answered; nil when it is.
  func refusal(of peer: String?) -> Problem? {
    let isThisMachine = peer.flatMap { IPAddress($0) }?.isLoopback ?? false
    if servesTLS || isThisMachine || proxies.contains(peer) { return nil }
    return Problem(.forbidden, .plainHTTPRefused, "Plain HTTP is answered to the listed proxies only.")
  }
}
