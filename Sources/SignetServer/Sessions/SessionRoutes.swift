internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority

/// `POST /logout`, and the sessions of whoever is logged in.
struct SessionRoutes {
  let service: AuthorityService

  var endpoints: [Endpoint] {
    [
      Endpoint(.post, "/api/v1/logout", access: .session, use: logout),
      Endpoint(.get, "/api/v1/sessions", access: .session, use: list),
      Endpoint(.delete, "/api/v1/sessions", access: .session, use: endOthers),
      Endpoint(.delete, "/api/v1/sessions/:id", access: .session, use: endOne),
    ]
  }

  @Sendable private func logout(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    let input = try await request.optionalInput(LogoutInput.self)
    let ended = try await service.logout(
      try context.sessionPrincipal(), reach: input.reach, origin: context.origin(of: request))
    var response = Response(json: ["ended_sessions": .integer(Int64(ended))])
    if input.reach != .others, request.hasSessionCookie { response.clearCookies() }
    return response
  }

  @Sendable private func list(_ request: Request, _ context: AuthorityRequestContext) async throws -> Response
  {
    let principal = try context.sessionPrincipal()
    let sessions = try await service.sessions(of: principal)
    let idleLimit = service.authority.policy.sessionIdleLimit
    return Response(json: [
      "sessions": .array(
        sessions.map { $0.json(isCurrent: $0.id == principal.session, idleLimit: idleLimit) })
    ])
  }

  /// All but the one that asks; `POST /logout` with `everywhere` ends that too.
  @Sendable private func endOthers(
    _ request: Request, _ context: AuthorityRequestContext
  ) async throws -> Response {
    let ended = try await service.logout(
      try context.sessionPrincipal(), reach: .others, origin: context.origin(of: request))
    return Response(json: ["ended_sessions": .integer(Int64(ended))])
  }

  @Sendable private func endOne(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    let principal = try context.sessionPrincipal()
    guard let id = context.parameters.get("id").flatMap({ SessionID($0) }),
      try await service.endSession(id, of: principal, origin: context.origin(of: request))
    else {
      throw Problem(.notFound, .sessionNotFound, "The account has no such session.")
    }
    var response = Response(status: .noContent)
    if id == principal.session, request.hasSessionCookie { response.clearCookies() }
    return response
  }
}

extension AuthorityRequestContext {
  /// The session that the request's token belongs to.
  /// - Throws: ``Problem`` 401 for a token without one.
  func sessionPrincipal() throws(Problem) -> SessionPrincipal {
    guard let principal = principal.flatMap({ SessionPrincipal($0) }) else { throw Problem.invalidToken }
    return principal
  }
}

extension Session {
  /// What its owner is shown. Times are in seconds since the epoch.
  fileprivate func json(isCurrent: Bool, idleLimit: Duration) -> JSON {
    .object(omittingNil: [
      "id": .string(id.description),
      "current": .bool(isCurrent),
      "authenticated_at": .timestamp(authenticatedAt),
      "last_active_at": .timestamp(lastActiveAt),
      "expires_at": .timestamp(min(absoluteExpiry, lastActiveAt + idleLimit)),
      "user_agent": userAgent.map { .string($0) },
      "address": address.map { .string($0) },
    ])
  }
}
