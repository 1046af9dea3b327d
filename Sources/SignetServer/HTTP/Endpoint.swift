internal import HTTPTypes
internal import Hummingbird

/// One row of the route table: a method, a path, who may call it, and what answers.
struct Endpoint: Sendable {
  /// Who may call.
  enum Access: Sendable {
    /// Anybody. What needs a secret takes it from its own input.
    case everybody
    /// Whoever shows an access token for the authority's own API; a cookie is checked for its site, too.
    case session
  }

  typealias Handler = @Sendable (Request, AuthorityRequestContext) async throws -> Response

  let method: HTTPRequest.Method
  /// Below the issuer's path, unless `isBelowIssuer` is false.
  let path: String
  let access: Access
  let isBelowIssuer: Bool
  let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, access: Access, isBelowIssuer: Bool = true,
    use handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.isBelowIssuer = isBelowIssuer
    self.handler = handler
  }
}
