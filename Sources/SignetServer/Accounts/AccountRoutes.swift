internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority
internal import TokenVerification

/// `GET /me` and `POST /password`.
struct AccountRoutes {
  let service: AuthorityService

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, "/api/v1/me", access: .session, use: me),
      Endpoint(.post, "/api/v1/password", access: .session, use: changePassword),
    ]
  }

  @Sendable private func me(_ request: Request, _ context: AuthorityRequestContext) async throws -> Response {
    let principal = try context.sessionPrincipal()
    guard let account = try await service.account(of: principal) else { throw Problem.invalidToken }
    return Response(
      json: .object(omittingNil: [
        "sub": .string(account.id.description),
        "username": account.username.map { .string($0.description) },
        "email": account.email.map { .string($0.description) },
        "display_name": .string(account.displayName),
        "roles": .strings(account.roles),
        "scope": .string(context.principal.map { $0.scopes.sorted().joined(separator: " ") } ?? ""),
        "session_id": .string(principal.session.description),
      ]))
  }

  @Sendable private func changePassword(
    _ request: Request, _ context: AuthorityRequestContext
  ) async throws -> Response {
    let principal = try context.sessionPrincipal()
    let input = try await request.input(PasswordInput.self)
    let change = try await service.changePassword(
      of: principal, from: input.current, to: input.new, origin: context.origin(of: request))
    switch change {
    case .changed(let ended): return Response(json: ["ended_sessions": .integer(Int64(ended))])
    case .refused(let refusal): throw Problem.password(refusal)
    case .throttled(let wait): throw Problem.throttled(retryAfter: wait)
    case .wrongCurrentPassword:
      // 403 and not 401: the access token is good, and a client that refreshed it would not help.
      throw Problem(
        .forbidden, .invalidCredentials, "The current password is wrong.", field: "current_password")
    case .superseded:
      throw Problem(.conflict, .credentialsChanged, "The account was changed meanwhile. Nothing was written.")
    }
  }
}
