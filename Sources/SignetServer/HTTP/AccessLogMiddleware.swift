internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import JOSE
internal import Logging

/// One line a request, and the headers that every answer carries.
///
/// The line names the route and not the path, for a path or a query may hold anything.
struct AccessLogMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  private let isSecure: Bool

  init(site: Site) {
    isSecure = site.isSecure
  }

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var response = try await next(request, context)
    for field in Self.fields where !response.headers.contains(field.name) { response.headers.append(field) }
    if isSecure, !context.cameInPlain { response.headers[.strictTransportSecurity] = "max-age=31536000" }
    response.headers[Self.requestIDName] = context.id
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method.rawValue.cut(toBytes: 16))",
        "route": "\(context.endpointPath ?? "none")",
        "status": "\(response.status.code)", "address": "\(context.remoteAddress ?? "unknown")",
        "milliseconds": "\((ContinuousClock.now - start).wholeMilliseconds)",
      ])
    // A refusal is thrown past the router's own answer to HEAD (RFC 9110 §9.3.2).
    return request.method == .head ? response.createHeadResponse() : response
  }

  private static let fields: HTTPFields = [
    .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'", referrerPolicyName: "no-referrer",
  ]

  static let requestIDName = HTTPField.Name.constant("X-Request-Id")
  private static let referrerPolicyName = HTTPField.Name.constant("Referrer-Policy")
}

extension HTTPField.Name {
  /// A name that is written in this program, and therefore valid.
  static func constant(_ text: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name(text.description) else {
      preconditionFailure("\(text) is no header name")
    }
    return name
  }
}
