internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdTokenVerification
internal import SignetAuthority
internal import TokenVerification

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

  /// All routes. A new noun adds its rows here.
  private var endpoints: [Endpoint] {
    [
      LoginRoutes(service: service, defence: defence).endpoints,
      SessionRoutes(service: service).endpoints,
      AccountRoutes(service: service).endpoints,
      KeyRoutes(service: service).endpoints,
      MetadataRoutes(service: service, site: site, hasFeed: configuration.feed.isOn).endpoints,
      FeedRoutes(service: service, configuration: configuration.feed, proxies: configuration.trustedProxies)
        .endpoints,
      HealthRoutes(service: service).endpoints,
    ].flatMap { $0 }
  }

  private var defence: CrossSiteDefence {
    CrossSiteDefence(site: site, configuration: configuration, keyring: service.authority.keyring)
  }

  func router() throws -> Router<AuthorityRequestContext> {
    let router = Router(context: AuthorityRequestContext.self, options: .autoGenerateHeadEndpoints)
    let rows = endpoints
    // One stack, in which each knows the type of the next: to find that at run time would cost more.
    router.addMiddleware {
      RequestMetricsMiddleware(service.metrics.requests, paths: rows.map(fullPath(of:)))
      TraceContextMiddleware()
      ClientAddressMiddleware(proxies: configuration.trustedProxies, servesTLS: configuration.tls != nil)
      AccessLogMiddleware(site: site)
      CORSMiddleware(origins: configuration.browserOrigins)
      ProblemMiddleware(database: service.metrics.database)
      RequestBodyMiddleware()
    }
    let tokenMiddleware = try tokenMiddleware()
    let guarded = router.group().addMiddleware {
      tokenMiddleware
      CrossSiteMiddleware(defence: defence)
    }
    for row in rows {
      let path = fullPath(of: row)
      switch row.access {
      case .everybody: router.on(RouterPath(path), method: row.method, use: row.handler)
      case .session: guarded.on(RouterPath(path), method: row.method, use: row.handler)
      }
    }
    addRefusals(to: router, rows: rows)
    return router
  }

  private func fullPath(of row: Endpoint) -> String {
    row.isBelowIssuer ? site.path + row.path : row.path
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
    for (path, rows) in Dictionary(grouping: rows, by: fullPath(of:)) {
      let methods = Set(rows.map(\.method))
      let offered = methods.union(methods.contains(.get) ? [.head, .options] : [.options])
      let allow = offered.map(\.rawValue).sorted().joined(separator: ", ")
      router.on(RouterPath(path), method: .options) { _, _ in
        Response(status: .noContent, headers: [.allow: allow])
      }
      for method in Self.knownMethods.subtracting(offered) {
        router.on(RouterPath(path), method: method) { _, _ -> Response in
          throw Problem(
            .methodNotAllowed, .methodNotAllowed, "This path answers \(allow).", headers: [.allow: allow])
        }
      }
    }
  }

  private static let knownMethods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete]
}
