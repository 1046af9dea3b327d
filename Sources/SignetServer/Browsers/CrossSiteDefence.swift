internal import HTTPTypes
internal import Hummingbird
internal import SignetAuthority
internal import TokenVerification

/// The defence against requests that another site makes a browser send: where the request comes from, and a
/// token that only the site's own script can read.
///
/// | `Origin` | `Sec-Fetch-Site` | |
/// |---|---|---|
/// | the issuer's | absent, `same-origin` | goes on |
/// | one of the configured | absent, `same-origin`, `same-site`, `cross-site` | goes on |
/// | absent | `same-origin` | goes on |
/// | absent | anything else, or absent | refused |
/// | `null`, or any other | whatever | refused |
struct CrossSiteDefence: Sendable {
  private let site: Site
  private let browserOrigins: Set<String>
  private let keyring: Keyring

  /// The request header that carries a ``CrossSiteToken``.
  static let headerName = HTTPField.Name.constant("X-CSRF-Token")

  private static let relationName = HTTPField.Name.constant("Sec-Fetch-Site")

  init(site: Site, configuration: ServerConfiguration, keyring: Keyring) {
    self.site = site
    browserOrigins = configuration.browserOrigins
    self.keyring = keyring
  }

  /// Checks where `request` comes from.
  /// - Throws: ``Problem`` 403 `csrf_failed`.
  func checkOrigin(of request: Request) throws(Problem) {
    guard isFromHere(request) else {
      throw Problem(
        .forbidden, .crossSiteRequest, "A request with cookies must come from one of the site's own pages.")
    }
  }

  /// The session that the request's cross-site token is for.
  /// - Throws: ``Problem`` 403 `csrf_failed` when there is no such token.
  func token(of request: Request) throws(Problem) -> CrossSiteToken {
    let shown = request.headers[values: Self.headerName]
    guard shown.count == 1, let token = CrossSiteToken(shown[0], keyring: keyring) else {
      throw Self.wrongToken
    }
    return token
  }

  static let wrongToken = Problem(
    .forbidden, .crossSiteRequest,
    "The header \(headerName.rawName) must carry the value of the cookie \(SessionCookie.crossSite.rawValue)."
  )

  private func isFromHere(_ request: Request) -> Bool {
    let origins = request.headers[values: .origin]
    let relations = request.headers[values: Self.relationName]
    guard origins.count <= 1, relations.count <= 1 else { return false }
    guard let origin = origins.first else { return relations.first == "same-origin" }
    if origin == site.origin { return relations.first ?? "same-origin" == "same-origin" }
    guard browserOrigins.contains(origin) else { return false }
    return relations.first.map { ["same-origin", "same-site", "cross-site"].contains($0) } ?? true
  }
}

/// Guards what changes state for whoever is authenticated by a cookie. Behind the token middleware.
struct CrossSiteMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  let defence: CrossSiteDefence

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard !Self.isSafe(request.method), try request.value(of: .access) != nil else {
      return try await next(request, context)
    }
    try defence.checkOrigin(of: request)
    guard try defence.token(of: request).session.description == context.principal?.sessionID else {
      throw CrossSiteDefence.wrongToken
    }
    return try await next(request, context)
  }

  /// RFC 9110 §9.2.1; none of ours changes state.
  private static func isSafe(_ method: HTTPRequest.Method) -> Bool {
    switch method {
    case .get, .head, .options: true
    default: false
    }
  }
}
