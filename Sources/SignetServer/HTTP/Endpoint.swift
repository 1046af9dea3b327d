internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdTokenVerification
internal import SignetAuthority
internal import TokenVerification

/// One row of the route table: a method, a path, who may call it, and what answers.
struct Endpoint: Sendable {
  /// Who may call.
  enum Access: Sendable {
    /// Anybody. What needs a secret takes it from its own input.
    case everybody
    /// Whoever shows an access token for the authority's own API; with a cookie, also the cross-site
    /// checks.
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

/// Builds the router from the rows: the one place that knows all routes.
struct RouteTable {
  let service: AuthorityService
  let configuration: ServerConfiguration
  let site: Site

  init(service: AuthorityService, configuration: ServerConfiguration) {
    self.service = service
    self.configuration = configuration
    site = Site(issuer: service.authority.policy.issuer)
  }

  private var endpoints: [Endpoint] {
    let browsers = CrossSiteDefence(
      site: site, configuration: configuration, keyring: service.authority.keyring)
    let loginRoutes = LoginRoutes(service: service, defence: browsers)
    let sessionRoutes = SessionRoutes(service: service)
    return loginRoutes.endpoints + sessionRoutes.endpoints
      + AccountRoutes(service: service).endpoints + KeyRoutes(service: service).endpoints
      + MetadataRoutes(service: service, site: site).endpoints + HealthRoutes(service: service).endpoints
  }

  func router() throws -> Router<AuthorityRequestContext> {
    let router = Router(context: AuthorityRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: AccessLogMiddleware(site: site))
    router.add(middleware: CORSMiddleware(origins: configuration.browserOrigins))
    router.add(middleware: ProblemMiddleware())
    let guarded = router.group()
      .add(middleware: try tokenMiddleware())
      .add(
        middleware: CrossSiteMiddleware(
          defence: CrossSiteDefence(
            site: site, configuration: configuration, keyring: service.authority.keyring)))
    let rows = endpoints
    for row in rows {
      let path = RouterPath(row.isBelowIssuer ? site.path + row.path : row.path)
      switch row.access {
      case .everybody: router.on(path, method: row.method, use: row.handler)
      case .session: guarded.on(path, method: row.method, use: row.handler)
      }
    }
    addRefusals(to: router, rows: rows)
    return router
  }

  /// Access tokens of this very authority, for its own API: the audience is the issuer.
  private func tokenMiddleware() throws -> TokenMiddleware<AuthorityRequestContext> {
    let issuer = service.authority.policy.issuer
    let policy = try VerificationPolicy(issuer: issuer, audience: issuer, algorithms: CurrentKeys.algorithms)
    return TokenMiddleware(
      verifier: TokenVerifier(policy: policy), keys: service.keys, revocations: service.revocations,
      sources: .authorizationField(orCookie: SessionCookie.access.rawValue), clock: service.clock)
  }

  /// Answers the methods that a path has not: 405 with `Allow`, and 204 to `OPTIONS` (RFC 9110 §15.5.6,
  /// §9.3.7).
  private func addRefusals(to router: Router<AuthorityRequestContext>, rows: [Endpoint]) {
    for (fullPath, rows) in Dictionary(
      grouping: rows, by: { $0.isBelowIssuer ? site.path + $0.path : $0.path })
    {
      let methods = Set(rows.map(\.method))
      let offered = methods.union(methods.contains(.get) ? [.head, .options] : [.options])
      let allow = offered.map(\.rawValue).sorted().joined(separator: ", ")
      router.on(RouterPath(fullPath), method: .options) { _, _ in
        Response(status: .noContent, headers: [.allow: allow])
      }
      for method in Self.knownMethods.subtracting(offered) {
        router.on(RouterPath(fullPath), method: method) { _, _ -> Response in
          throw Problem(
            .methodNotAllowed, .methodNotAllowed, "This path answers \(allow).", headers: [.allow: allow])
        }
      }
    }
  }

  private static let knownMethods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete]
}
