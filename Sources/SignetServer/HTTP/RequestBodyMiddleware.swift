internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// Takes in the body of every request before anything else is done for it: of a bounded size and, by
/// ``BodyDeadline``, in a bounded time, so that a client that sends one byte a minute holds nothing for long,
/// whatever path it names.
struct RequestBodyMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  @concurrent func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.mayHaveBody else { return try await next(request, context) }
    var request = request
    // When this throws, the rest of the body is not waited for: see RequestIntake.
    let buffer = try await collectBody(of: &request)
    if !request.hasBody, buffer.readableBytes > 0 {
      var head = request.head
      head.headerFields[.contentLength] = String(buffer.readableBytes)
      request = Request(head: head, body: RequestBody(buffer: buffer))
    }
    return try await next(request, context)
  }

  private func collectBody(of request: inout Request) async throws -> ByteBuffer {
    let most = RequestFields.maximumBodyBytes
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most {
      throw Problem.bodyTooLarge
    }
    return try await request.collectBody(upTo: most)
  }
}

extension Request {
  /// This request's input. It is JSON or nothing.
  func input<Input: RequestInput>(_ type: Input.Type) async throws -> Input {
    guard isJSON else { throw Problem.unsupportedMediaType }
    let buffer = try await body.collect(upTo: RequestFields.maximumBodyBytes)
    return try Input(RequestFields(parsing: Array(buffer.readableBytesView), allowing: Input.fieldNames))
  }

  /// This request's input, where no body stands for no fields.
  func optionalInput<Input: RequestInput>(_ type: Input.Type) async throws -> Input {
    hasBody ? try await input(type) : try Input(.none)
  }

  /// Whether a body may follow. In HTTP/2 it need not be announced (RFC 9113 §8.1.1).
  fileprivate var mayHaveBody: Bool {
    switch method {
    case .get, .head, .options: hasBody
    default: true
    }
  }

  /// Whether a body was announced (RFC 9112 §6.3).
  fileprivate var hasBody: Bool {
    headers[.transferEncoding] != nil || headers[.contentLength].map { $0 != "0" } ?? false
  }

  /// Whether the media type is `application/json`, whatever its parameters (RFC 8259 §11 defines none).
  private var isJSON: Bool {
    guard let type = headers[.contentType] else { return false }
    let essence = type.utf8.prefix { $0 != UInt8(ascii: ";") }
      .filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    return essence.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 } == Array("application/json".utf8)
  }
}
