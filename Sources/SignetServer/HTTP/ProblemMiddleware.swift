internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import SignetAuthority

/// Turns whatever a route throws, and every bare error status, into a problem detail. The log gets the
/// reason, the client a stable code.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext
  let database: DatabaseState

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      let response = try await next(request, context)
      guard response.status.code >= 400, response.headers[AccessLogMiddleware.requestIDName] == nil else {
        return response
      }
      return describe(response, context: context)
    } catch {
      var response = problem(for: error, context: context).response(requestID: context.id)
      // HTTP/2 knows no such field (RFC 9113 §8.2.2), and an answer with it is not sent.
      if context.connection.isStream { response.headers[.connection] = nil }
      return response
    }
  }

  /// An error that is not ours, such as the token middleware's: status and headers stay.
  private func describe(_ response: Response, context: Context) -> Response {
    var described = Self.problem(forStatus: response.status).response(requestID: context.id)
    described.status = response.status
    for header in response.headers where !Self.bodyHeaders.contains(header.name) {
      described.headers[header.name] = header.value
    }
    return described
  }

  private func problem(for error: any Error, context: Context) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as HashingError: return problem(for: error, context: context)
    case is NIOTooManyBytesError: return .bodyTooLarge
    case is HTTPParserError: return .malformedRequest
    case let error as StorageError: return problem(for: error, context: context)
    case let error as any HTTPResponseError: return Self.problem(forStatus: error.status)
    default:
      // The type only: an error's text may hold what the request held.
      context.logger.error("request failed", metadata: ["error.type": "\(type(of: error))"])
      return .internalError
    }
  }

  private func problem(for error: HashingError, context: Context) -> Problem {
    guard case .failed(let code) = error else { return .overloaded }
    context.logger.error("hashing failed", metadata: ["argon2.code": "\(code)"])
    return error.isWantOfMemory ? .overloaded : .internalError
  }

  private func problem(for error: StorageError, context: Context) -> Problem {
    switch error {
    case .unavailable(let reason), .corrupt(let reason):
      // That the database is lost has been said, once.
      context.logger.log(
        level: database.isReachable ? .error : .debug, "storage failed", metadata: ["reason": "\(reason)"])
    case .outcomeUnknown(let reason):
      context.logger.error("the outcome of a write is unknown", metadata: ["reason": "\(reason)"])
      return .outcomeUnknown
    case .conflict:
      context.logger.warning("storage conflict")
    }
    return .unavailable
  }

  private static let bodyHeaders: Set<HTTPField.Name> = [.contentLength, .contentType]

  private static func problem(forStatus status: HTTPResponse.Status) -> Problem {
    switch status {
    case .notFound: .notFound
    case .contentTooLarge: .bodyTooLarge
    case .unauthorized: .invalidToken
    case .badRequest:
      Problem(
        .badRequest, .ambiguousCredentials, "The request shows more than one credential, or a broken one.")
    case .serviceUnavailable: .unavailable
    case .forbidden: Problem(.forbidden, .insufficientScope, "The access token is not enough for this.")
    default: status.code >= 500 ? .internalError : Problem(status, .internalError, "The request was refused.")
    }
  }
}
