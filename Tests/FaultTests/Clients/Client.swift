import AsyncHTTPClient
import JOSE
import NIOCore
import NIOHTTP1
import SignetServer
import SignetTesting

/// Carries out operations on a server that may be gone before it answers.
struct Client: Sendable {
  let api: APIClient
  /// The control sockets of the nodes, any of which takes an order.
  private let sockets: [String]

  enum Outcome: Sendable {
    /// Acknowledged; a login and a refresh with tokens.
    case done(APITokens?)
    /// 503, as it must look: nothing was changed.
    case refused
    case unanswered
    /// What no server should say to this client.
    case unexpected(String)
  }

  init(_ door: WatchedAuthority.Door) {
    self.init(port: door.port, sockets: [door.socket])
  }

  init(port: Int, sockets: [String]) {
    api = APIClient(port: port, timeout: .seconds(60), http: Self.http)
    self.sockets = sockets
  }

  /// As many connections as there are requests, or the client would hold back the load.
  private static let http: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    return HTTPClient(configuration: configuration)
  }()

  /// Adds an account with a username and a password.
  func add(_ account: AccountRecord) async throws {
    let new = NewAccountRequest(
      username: account.name, email: nil, displayName: account.name, roles: [],
      password: SecretText(account.password))
    guard case .account = try await answer(to: .addAccount(new)) else { throw FixtureError() }
  }

  func perform(_ operation: Operation, of account: AccountRecord) async -> Outcome {
    do {
      switch operation {
      case .login: return Self.tokens(try await logIn(account.name, account.password))
      case .refresh(let session, let retryKey):
        return Self.tokens(try await refresh(account.session(session).refresh, retryKey: retryKey))
      case .logout(let reach, let by):
        return Self.done(try await logOut(reach, account.session(by).bearer))
      case .revocation(.ofOne(let one, let by)):
        return Self.done(try await api.delete("/api/v1/sessions/\(one)", account.session(by).bearer))
      case .revocation(.byAdministrator(let one)): return await order(.revokeSession(one))
      case .revocation(.ofAll): return await order(.endSessions(account: account.name))
      case .passwordChange(let new, let by?):
        let body: JSON = ["current_password": .string(account.password), "new_password": .string(new)]
        return Self.done(try await api.post("/api/v1/password", body, account.session(by).bearer))
      case .passwordChange(let new, nil):
        return await order(.setPassword(account: account.name, password: SecretText(new)))
      }
    } catch is FixtureError {
      return .unexpected("\(operation.kind): the client does not know its session")
    } catch {
      // The connection ended, or was never made.
      return .unanswered
    }
  }

  func logIn(_ name: String, _ password: String) async throws -> APIAnswer {
    try await api.post("/api/v1/login", ["login": .string(name), "password": .string(password)])
  }

  func refresh(_ token: String, retryKey: String?) async throws -> APIAnswer {
    let body = JSON.object(omittingNil: [
      "refresh_token": .string(token), "retry_key": retryKey.map { .string($0) },
    ])
    return try await api.post("/api/v1/refresh", body)
  }

  private func logOut(_ reach: Operation.LogoutReach, _ bearer: [String: String]) async throws -> APIAnswer {
    switch reach {
    case .thisSession: try await api.post("/api/v1/logout", .object([]), bearer)
    case .others: try await api.delete("/api/v1/sessions", bearer)
    case .everywhere: try await api.post("/api/v1/logout", ["everywhere": true], bearer)
    }
  }

  private func order(_ request: AdministrationRequest) async -> Outcome {
    do {
      switch try await answer(to: request) {
      case .sessionsEnded: return .done(nil)
      case .refused(let refusal) where refusal.code == "outcome_unknown": return .unanswered
      case .refused(let refusal) where ["unavailable", "overloaded"].contains(refusal.code): return .refused
      case .refused(let refusal): return .unexpected("an order was refused: \(refusal)")
      default: return .unexpected("an order was answered with something else")
      }
    } catch {
      return .unanswered
    }
  }

  private func answer(to request: AdministrationRequest) async throws -> AdministrationAnswer {
    guard let socket = sockets.randomElement() else { throw FixtureError() }
    return try await ControlClient(path: socket).answer(to: request)
  }

  private static func tokens(_ answer: APIAnswer) -> Outcome {
    guard answer.status == 200 else { return failure(answer) }
    do {
      return .done(try APITokens(answer))
    } catch {
      return .unexpected("an answer without tokens")
    }
  }

  private static func done(_ answer: APIAnswer) -> Outcome {
    [200, 204].contains(answer.status) ? .done(nil) : failure(answer)
  }

  private static func failure(_ answer: APIAnswer) -> Outcome {
    switch (answer.status, answer.code) {
    case (503, "unavailable"?) where answer.headers.first(name: "retry-after") != nil: .refused
    // The database was lost while it committed.
    case (503, "outcome_unknown"?): .unanswered
    // A balancer's own: it has reached no node, or lost the one that it had asked.
    case (502...504, nil): .unanswered
    default: .unexpected("\(answer.status) \(answer.code ?? "without a problem detail")")
    }
  }
}

extension AccountRecord {
  fileprivate func session(_ id: String) throws -> SessionRecord {
    guard let session = live.first(where: { $0.id == id }) else { throw FixtureError() }
    return session
  }
}
