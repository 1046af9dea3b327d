internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority

/// Authorization server metadata (RFC 8414), as far as it is true.
struct MetadataRoutes {
  let service: AuthorityService
  let site: Site
  let hasFeed: Bool

  var endpoints: [Endpoint] {
    // RFC 8414 §3.1: an issuer's path goes after the well-known one.
    [
      Endpoint(
        .get, "/.well-known/oauth-authorization-server\(site.path)", access: .everybody, isBelowIssuer: false,
        use: metadata)
    ]
  }

  @Sendable private func metadata(_ request: Request, _ context: AuthorityRequestContext) -> Response {
    var response = Response(json: document)
    response.headers[.cacheControl] = "public, max-age=300"
    return response
  }

  private var document: JSON {
    let policy = service.authority.policy
    let scopes = policy.resources.reduce(into: Set<String>()) { $0.formUnion($1.scopes) }
    // RFC 8414 §2 demands `response_types_supported` and forbids empty arrays. The demand wins; and without
    // `grant_types_supported` a client would assume two grants that are not here.
    return .object(omittingNil: [
      "issuer": .string(policy.issuer),
      "jwks_uri": .string(site.url("/.well-known/jwks.json")),
      "response_types_supported": [],
      "grant_types_supported": [],
      "scopes_supported": scopes.isEmpty ? nil : .strings(scopes.sorted()),
      "revocation_feed_endpoint": hasFeed ? .string(site.url(FeedRoutes.path)) : nil,
    ])
  }
}
