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

  /// Ready when the database answers, is an authority's, and takes what is written, and no stop has begun.
  /// Keys are loaded before it listens.
  @Sendable private func ready(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    guard !service.drain.isDraining, service.metrics.database.isReachable else { throw Problem.unavailable }
    guard service.metrics.disk.isWorking, !service.keys.snapshot.isEmpty,
      try await service.storage.read({ tx in try tx.settings() }) != nil
    else {
      throw Problem.unavailable
    }
    return Response(json: ["status": "ok"])
  }
}
