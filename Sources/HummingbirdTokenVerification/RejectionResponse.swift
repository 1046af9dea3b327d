internal import HTTPTypes
public import Hummingbird
internal import JOSE
internal import Logging
internal import Metrics
internal import NIOCore
public import TokenVerification

extension Rejection: HTTPResponseError {
  /// The status of ``Rejection/statusCode``.
  public var status: HTTPResponse.Status {
    switch statusCode {
    case 400: .badRequest
    case 401: .unauthorized
    case 403: .forbidden
    default: .serviceUnavailable
    }
  }

  /// The answer to the client; see ``response()``.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    response()
  }

  /// The answer to the client: status, challenge, and a problem document (RFC 9457) that says no more than
  /// they do.
  public func response() -> Response {
    var fields: HTTPFields = [.cacheControl: "no-store", .contentType: "application/problem+json"]
    if let wwwAuthenticate { fields[.wwwAuthenticate] = wwwAuthenticate }
    if statusCode == 503 { fields[.retryAfter] = "1" }
    let problem = JSON.object(omittingNil: [
      "type": "about:blank", "title": .string(status.reasonPhrase), "status": .integer(Int64(statusCode)),
      "code": errorCode.map { .string($0) },
    ])
    return Response(
      status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.encoded())))
  }

  /// Tells the operator what the client does not learn. The logger carries the request's id.
  func record(in logger: Logger) {
    logger.info("request refused", metadata: ["reason": "\(reason.rawValue)", "detail": "\(detail)"])
    Counter(label: "token_verification_refusals", dimensions: [("reason", reason.rawValue)]).increment()
  }
}
