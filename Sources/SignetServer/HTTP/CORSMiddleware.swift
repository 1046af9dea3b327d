internal import HTTPTypes
internal import Hummingbird

/// Lets the scripts of configured sites call the API with cookies and read its answers (Fetch §3.2).
///
/// An origin is named exactly or not at all: never `*`, which would go with credentials badly.
struct CORSMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  let origins: Set<String>

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let origin = request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
    var response =
      if request.method == .options, request.headers[.accessControlRequestMethod] != nil, origin != nil {
        Response(status: .noContent, headers: Self.preflight)
      } else {
        try await next(request, context)
      }
    guard !origins.isEmpty else { return response }
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    if let origin {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.accessControlAllowCredentials] = "true"
      response.headers[.accessControlExposeHeaders] = "Retry-After, WWW-Authenticate, X-Request-Id"
    }
    return response
  }

  private static let preflight: HTTPFields = [
    .accessControlAllowMethods: "GET, POST, DELETE",
    .accessControlAllowHeaders: "Authorization, Content-Type, \(CrossSiteDefence.headerName.rawName)",
    .accessControlMaxAge: "600",
  ]
}
