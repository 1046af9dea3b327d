internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority
internal import TokenVerification

/// Whether the process runs, and whether it can serve.
struct HealthRoutes {
  let service: AuthorityService

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, "/health/live", access: .everybody, isBelowIssuer: false, use: live),
      Endpoint(.get, "/health/ready", access: .everybody, isBelowIssuer: false, use: ready),
    ]
  }

  @Sendable private func live(_ request: Request, _ context: AuthorityRequestContext) -> Response {
    Response(json: ["status": "ok"])
  }

  /// Ready when the database answers and is an authority's. Keys are loaded before it listens.
  @Sendable private func ready(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    guard try await service.storage.read({ tx in try tx.settings() }) != nil, !service.keys.snapshot.isEmpty
    else {
      throw Problem.unavailable
    }
    return Response(json: ["status": "ok"])
  }
}
