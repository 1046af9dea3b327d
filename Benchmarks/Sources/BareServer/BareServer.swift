import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTokenVerification
import JOSE
import JWTKit
import Logging
import NIOCore
import ServiceLifecycle
import TokenVerification

/// What the authority's protected route is compared with: one route, whose answer has as many bytes, and
/// before it nothing, jwt-kit, or this package's middleware.
///
/// The key set comes in `KEYS`, for jwt-kit; the issuer in `ISSUER`, the audience in `AUDIENCE`.
@main
struct BareServer {
  static func main() async throws {
    let environment = Environment()
    let router = Router(context: Context.self)
    var logger = Logger(label: "bare")
    logger.logLevel = .error
    var services: [any Service] = []
    switch CommandLine.arguments.last {
    case "jwt-kit":
      let keys = JWTKeyCollection()
      try await keys.add(jwksJSON: try environment.require("KEYS"))
      router.add(
        middleware: JWTKitMiddleware(
          keys: keys, issuer: try environment.require("ISSUER"),
          audience: try environment.require("AUDIENCE")))
    case "signet":
      let policy = try VerificationPolicy(
        issuer: try environment.require("ISSUER"), audience: try environment.require("AUDIENCE"),
        algorithms: [.es256])
      let issuer = try RemoteIssuer(for: TokenVerifier(policy: policy), logger: logger)
      router.add(middleware: TokenMiddleware(issuer: issuer))
      services.append(issuer)
    default: break
    }
    router.get("/api/v1/me") { _, _ in Self.answer }
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), services: services,
      onServerRunning: { channel in
        let line = "ready  http://127.0.0.1:\(channel.localAddress?.port ?? 0)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
      }, logger: logger)
    try await application.runService()
  }

  /// As many bytes as the authority's, with the same fields.
  private static let answer: Response = {
    let body = ByteBuffer(string: String(repeating: "x", count: 211))
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json", .contentLength: String(body.readableBytes),
        .cacheControl: "no-store",
        .xContentTypeOptions: "nosniff",
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
      ],
      body: ResponseBody(byteBuffer: body))
  }()
}

/// The context of a request, for all three.
private struct Context: TokenRequestContext {
  var coreContext: CoreRequestContextStorage
  var principal: Principal?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
  }
}

/// The check that one writes with jwt-kit: signature, expiry, issuer, audience.
private struct JWTKitMiddleware: RouterMiddleware {
  let keys: JWTKeyCollection
  let issuer: String
  let audience: String

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let field = request.headers[.authorization], field.hasPrefix("Bearer ") else {
      throw HTTPError(.unauthorized)
    }
    let payload = try await keys.verify(String(field.dropFirst("Bearer ".count)), as: AccessToken.self)
    guard payload.iss.value == issuer else { throw HTTPError(.unauthorized) }
    try payload.aud.verifyIntendedAudience(includes: audience)
    return try await next(request, context)
  }
}

private struct AccessToken: JWTPayload {
  let iss: IssuerClaim
  let sub: SubjectClaim
  let aud: AudienceClaim
  let exp: ExpirationClaim
  let iat: IssuedAtClaim
  let jti: IDClaim
  let scope: String
  let sid: String

  func verify(using key: some JWTAlgorithm) throws {
    try exp.verifyNotExpired()
  }
}
