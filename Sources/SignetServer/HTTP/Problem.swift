internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority

/// What a client learns of a request that failed: a problem detail (RFC 9457) with a stable `code`.
///
/// It is thrown through the routes and rendered once, by ``ProblemMiddleware``. Its texts are constants or
/// the request's own field names: nothing of a token, a password or the storage gets into one.
struct Problem: Error, Sendable {
  let status: HTTPResponse.Status
  let code: Code
  /// What is wrong, in words for the client's developer.
  let detail: String
  /// The field of the request body that is wrong.
  var field: String?
  /// More headers of the answer.
  var headers: HTTPFields = [:]

  /// A class of failure; stable, because clients compare it.
  struct Code: RawRepresentable, Hashable, Sendable {
    let rawValue: String
  }

  init(
    _ status: HTTPResponse.Status, _ code: Code, _ detail: String, field: String? = nil,
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.detail = detail
    self.field = field
    self.headers = headers
  }

  /// The answer. The request's id finds its lines in the server's log.
  func response(requestID: String) -> Response {
    let body = JSON.object(omittingNil: [
      "type": "about:blank",
      "title": .string(status.reasonPhrase),
      "status": .integer(Int64(status.code)),
      "code": .string(code.rawValue),
      "detail": .string(detail),
      "field": field.map { .string($0) },
      "request_id": .string(requestID),
    ])
    var response = Response(json: body, status: status, contentType: "application/problem+json")
    for header in headers { response.headers.append(header) }
    response.headers[AccessLogMiddleware.requestIDName] = requestID
    // RFC 9110 §15.5.2: a 401 names a scheme.
    if status == .unauthorized, headers[.wwwAuthenticate] == nil {
      response.headers[.wwwAuthenticate] = "Bearer"
    }
    return response
  }
}

extension Problem.Code {
  static let malformedRequest = Self(rawValue: "malformed_request")
  static let malformedJSON = Self(rawValue: "malformed_json")
  static let duplicateField = Self(rawValue: "duplicate_field")
  static let unknownField = Self(rawValue: "unknown_field")
  static let missingField = Self(rawValue: "missing_field")
  static let wrongType = Self(rawValue: "wrong_type")
  static let invalidField = Self(rawValue: "invalid_field")
  static let bodyTooSlow = Self(rawValue: "body_too_slow")
  static let bodyTooLarge = Self(rawValue: "body_too_large")
  static let unsupportedMediaType = Self(rawValue: "unsupported_media_type")
  static let invalidCredentials = Self(rawValue: "invalid_credentials")
  static let credentialsChanged = Self(rawValue: "credentials_changed")
  static let invalidToken = Self(rawValue: "invalid_token")
  static let invalidFeedSecret = Self(rawValue: "invalid_feed_secret")
  static let ambiguousCredentials = Self(rawValue: "ambiguous_credentials")
  static let invalidRefreshToken = Self(rawValue: "invalid_refresh_token")
  static let refreshTokenReused = Self(rawValue: "refresh_token_reused")
  static let sessionEnded = Self(rawValue: "session_ended")
  static let sessionNotFound = Self(rawValue: "session_not_found")
  static let invalidScope = Self(rawValue: "invalid_scope")
  static let insufficientScope = Self(rawValue: "insufficient_scope")
  static let invalidTarget = Self(rawValue: "invalid_target")
  static let crossSiteRequest = Self(rawValue: "csrf_failed")
  static let plainHTTPRefused = Self(rawValue: "plain_http_refused")
  static let notFound = Self(rawValue: "not_found")
  static let methodNotAllowed = Self(rawValue: "method_not_allowed")
  static let overRequestRateLimit = Self(rawValue: "over_request_rate_limit")
  static let overloaded = Self(rawValue: "overloaded")
  static let unavailable = Self(rawValue: "unavailable")
  static let outcomeUnknown = Self(rawValue: "outcome_unknown")
  static let internalError = Self(rawValue: "internal_error")
}

extension Problem {
  /// A body whose chunks or end are not as HTTP/1 has them: what follows cannot be told from it.
  static let malformedRequest = Problem(
    .badRequest, .malformedRequest, "The body is not framed as HTTP/1.1 has it.",
    headers: [.connection: "close"])

  static let bodyTooLarge = Problem(
    .contentTooLarge, .bodyTooLarge, "The body may have at most \(RequestFields.maximumBodyBytes) bytes.",
    headers: [.connection: "close"])

  static let bodyTooSlow = Problem(
    .requestTimeout, .bodyTooSlow, "The body took too long to arrive.", headers: [.connection: "close"])

  static let unsupportedMediaType = Problem(
    .unsupportedMediaType, .unsupportedMediaType, "The body must be application/json.",
    headers: [.accept: "application/json"])

  static let notFound = Problem(.notFound, .notFound, "There is nothing at this path.")

  /// As many requests wait for a password hash as may.
  static let overloaded = Problem(
    .serviceUnavailable, .overloaded, "The server is busy. Try again shortly.", headers: [.retryAfter: "2"])

  /// Too many guesses at a password.
  static func throttled(retryAfter wait: Duration) -> Problem {
    let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
    return Problem(
      .tooManyRequests, .overRequestRateLimit, "There were too many attempts. Try again later.",
      headers: [.retryAfter: String(seconds)])
  }

  /// A new password that the policy refuses: why, and what to do.
  static func password(_ refusal: PasswordPolicy.Refusal) -> Problem {
    let detail =
      switch refusal {
      case .tooShort(let minimum): "A password needs at least \(minimum) characters."
      case .common: "This password is a word that many choose, with little added. Several words are better."
      case .predictable: "This password repeats itself, counts or follows the keyboard. Choose several words."
      case .containsName: "This password is the account's or the service's name, with little added."
      }
    return Problem(
      .unprocessableContent, Code(rawValue: refusal.code), detail, field: "new_password")
  }

  /// As many follow the revocation feed as may.
  static let tooManySubscribers = Problem(
    .serviceUnavailable, .overloaded,
    "As many follow the feed here as may. Try again, or fetch the snapshot.",
    headers: [.retryAfter: "5"])

  /// The server is about to stop, or its feed goes over to another life of the log.
  static let feedClosed = Problem(
    .serviceUnavailable, .unavailable, "The feed cannot be followed here now.", headers: [.retryAfter: "1"])

  /// The feed is not public. What is wrong with the credentials is not said.
  static let noFeedSecret = Problem(
    .unauthorized, .invalidFeedSecret, "The feed is for those who show its secret as a bearer token.")

  /// The storage cannot serve now.
  static let unavailable = Problem(
    .serviceUnavailable, .unavailable, "The server cannot serve this now. Nothing was changed.",
    headers: [.retryAfter: "5"])

  /// The storage was lost while it committed. The wait is shorter than the grace of a refresh: a client
  /// without a retry key that repeats it then gets the successor, and raises no alarm.
  static let outcomeUnknown = Problem(
    .serviceUnavailable, .outcomeUnknown,
    "The server lost its database while it stored this. All of it was done, or nothing.",
    headers: [.retryAfter: "2"])

  static let internalError = Problem(
    .internalServerError, .internalError, "The server failed. Its log has the reason.")

  /// A token that is broken, expired, foreign or revoked: the client learns no more than that (RFC 6750
  /// §3.1).
  static let invalidToken = Problem(
    .unauthorized, .invalidToken, "The access token is missing, or not valid here.",
    headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
}

extension Response {
  /// An answer with a JSON body.
  init(json: JSON, status: HTTPResponse.Status = .ok, contentType: String = "application/json") {
    let bytes = json.encoded()
    self.init(
      status: status,
      headers: [.contentType: contentType, .contentLength: String(bytes.count)],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
