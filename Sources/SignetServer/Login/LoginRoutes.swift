internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import Logging
internal import SignetAuthority

/// `POST /login` and `POST /refresh`, with tokens in the body or in cookies.
struct LoginRoutes {
  let service: AuthorityService
  let defence: CrossSiteDefence

  var endpoints: [Endpoint] {
    [
      Endpoint(.post, "/api/v1/login", access: .everybody, use: login),
      Endpoint(.post, "/api/v1/refresh", access: .everybody, use: refresh),
    ]
  }

  @Sendable private func login(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    let input = try await request.input(LoginInput.self)
    // No session yet that a cross-site token could be bound to: where the request comes from must be enough.
    if input.wantsCookies { try defence.checkOrigin(of: request) }
    let replaced = input.wantsCookies ? try await browserSession(of: request) : nil
    let outcome = try await service.login(
      name: input.name, password: input.password,
      request: SessionRequest(
        narrowing: input.narrowing, origin: context.origin(of: request), replacing: replaced))
    switch outcome {
    case .opened(let tokens): return answer(tokens, inCookies: input.wantsCookies)
    case .denied(let denial): throw Self.problem(for: denial)
    case .throttled(let wait): throw Problem.throttled(retryAfter: wait)
    }
  }

  @Sendable private func refresh(_ request: Request, _ context: AuthorityRequestContext) async throws
    -> Response
  {
    let input = try await request.optionalInput(RefreshInput.self)
    let cookie = try request.value(of: .refresh)
    guard input.refreshToken == nil || cookie == nil else {
      throw Problem(
        .badRequest, .ambiguousCredentials, "Send a refresh token in the body or in a cookie, not both.",
        field: "refresh_token")
    }
    guard let text = input.refreshToken ?? cookie else {
      throw Problem(.badRequest, .missingField, "This field is required.", field: "refresh_token")
    }
    var demand: CrossSiteToken?
    if cookie != nil {
      try defence.checkOrigin(of: request)
      demand = try defence.token(of: request)
    }
    let outcome = try await service.refresh(
      text, retryKey: input.retryKey, narrowing: input.narrowing, onlySession: demand?.session,
      origin: context.origin(of: request))
    switch outcome {
    case .renewed(let tokens): return answer(tokens, inCookies: cookie != nil)
    case .refused(.otherSession): throw CrossSiteDefence.wrongToken
    case .refused(let denial):
      context.logger.info("refresh refused", metadata: ["reason": "\(denial?.rawValue ?? "forged")"])
      return Self.answer(to: denial, requestID: context.id, clearingCookies: cookie != nil)
    }
  }

  /// The session that the browser shows, whoever it belongs to.
  private func browserSession(of request: Request) async throws -> SessionID? {
    guard let text = try request.value(of: .refresh) else { return nil }
    return try await service.session(ofRefreshToken: text)
  }

  private func answer(_ tokens: SignedTokens, inCookies: Bool) -> Response {
    let access = tokens.issued.accessToken
    let keyring = service.authority.keyring
    let crossSiteToken =
      inCookies ? CrossSiteToken(session: tokens.issued.session.id).text(keyring: keyring) : nil
    let body = JSON.object(omittingNil: [
      "access_token": inCookies ? nil : .string(tokens.accessToken),
      "token_type": inCookies ? nil : "Bearer",
      "expires_in": .integer(access.lifetimeSeconds),
      "refresh_token": inCookies ? nil : .string(tokens.refreshToken),
      "scope": access.scopes.isEmpty ? nil : .string(access.scopes.joined(separator: " ")),
      "session_id": .string(tokens.issued.session.id.description),
      "csrf_token": crossSiteToken.map { .string($0) },
    ])
    var response = Response(json: body)
    response.headers[.cacheControl] = "no-store"
    if inCookies {
      response.setCookies(
        for: tokens, policy: service.authority.policy, keyring: keyring, at: service.clock())
    }
    return response
  }
}

extension LoginRoutes {
  /// The same for every reason but what was asked for: whoever gets that far knows the password.
  private static func problem(for denial: LoginDenial) -> Problem {
    switch denial.reason {
    case .invalidScope:
      Problem(.badRequest, .invalidScope, "The account has not all of these scopes.", field: "scope")
    case .invalidResource:
      Problem(.badRequest, .invalidTarget, "There is no such resource.", field: "resource")
    case .mixedResources: mixedResources
    default:
      Problem(.unauthorized, .invalidCredentials, "The login name or the password is wrong.")
    }
  }

  private static let mixedResources = Problem(
    .badRequest, .invalidTarget,
    "One token cannot be for all of these: a resource that has a secret of its own is named alone.",
    field: "resource")

  private static func answer(
    to denial: RefreshDenial?, requestID: String, clearingCookies: Bool
  ) -> Response {
    let problem = problem(for: denial)
    var response = problem.response(requestID: requestID)
    if clearingCookies, problem.status == .unauthorized { response.clearCookies() }
    return response
  }

  private static func problem(for denial: RefreshDenial?) -> Problem {
    switch denial {
    case .invalidScope:
      Problem(.badRequest, .invalidScope, "The session was not granted all of these scopes.", field: "scope")
    case .invalidResource:
      Problem(.badRequest, .invalidTarget, "The session was not granted this resource.", field: "resource")
    case .mixedResources: mixedResources
    case .reused:
      Problem(
        .unauthorized, .refreshTokenReused, "This refresh token was used before. Its session has been ended.")
    case .sessionEnded, .sessionExpired, .accountDisabled, .grantEnded:
      Problem(.unauthorized, .sessionEnded, "The session has ended. Log in again.")
    case .unknownGrant, .otherClient, .otherSession, .otherSender, .fromFuture, nil:
      Problem(.unauthorized, .invalidRefreshToken, "The refresh token is not valid here.")
    }
  }
}
