internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority

/// The published key set.
struct KeyRoutes {
  let service: AuthorityService

  var endpoints: [Endpoint] {
    [Endpoint(.get, "/.well-known/jwks.json", access: .everybody, use: keySet)]
  }

  /// Verifiers may keep the set for this long: never longer than a key is published before it signs.
  private var maximumAgeSeconds: Int64 {
    min(900, service.authority.policy.keyPublishAhead.components.seconds)
  }

  @Sendable private func keySet(_ request: Request, _ context: AuthorityRequestContext) -> Response {
    response(to: request, with: service.keys.document)
  }

  /// A key set as it is served.
  func response(to request: Request, with document: KeyDocument) -> Response {
    let caching: HTTPFields = [
      .cacheControl: "public, max-age=\(maximumAgeSeconds)", .eTag: document.entityTag,
    ]
    if request.hasEntityTag(document.entityTag) {
      return Response(status: .notModified, headers: caching)
    }
    var response = Response(json: document.body, contentType: "application/jwk-set+json")
    for header in caching { response.headers[header.name] = header.value }
    return response
  }
}

extension Request {
  /// Whether `If-None-Match` holds `tag`, compared weakly (RFC 9110 §13.1.2).
  func hasEntityTag(_ tag: String) -> Bool {
    // By bytes: what stands before a comma must not make one character with it.
    let space: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    let wanted = [tag, "W/\(tag)", "*"].map { Array($0.utf8) }
    return headers[values: .ifNoneMatch].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
      .contains { candidate in
        wanted.contains(Array(candidate.drop { space.contains($0) }.prefix { !space.contains($0) }))
      }
  }
}
