internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// Takes in the body of every request before anything else is done for it: of a bounded size and in a
/// bounded time, so that a client that sends one byte a minute holds nothing for long, whatever path it
/// names.
struct RequestBodyMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  /// How long a client may take to send a body.
  let timeout: Duration

  @concurrent func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.mayHaveBody else { return try await next(request, context) }
    var request = request
    // When this throws, the rest of the body is not waited for: see RequestIntake.
    let buffer = try await buffer(of: request)
    var head = request.head
    if !request.hasBody, buffer.readableBytes > 0 {
      head.headerFields[.contentLength] = String(buffer.readableBytes)
    }
    request = Request(head: head, body: RequestBody(buffer: buffer))
    return try await next(request, context)
  }

  private func buffer(of request: Request) async throws -> ByteBuffer {
    let most = RequestFields.maximumBodyBytes
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most {
      throw Problem.bodyTooLarge
    }
    let (body, timeout) = (request.body, timeout)
    return try await withThrowingTaskGroup(of: ByteBuffer.self) { tasks in
      tasks.addTask { try await body.collect(upTo: most) }
      tasks.addTask {
        try await Task.sleep(for: timeout)
        throw Problem.bodyTooSlow
      }
      defer { tasks.cancelAll() }
      return try await tasks.next() ?? ByteBuffer()
    }
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
    hasBody || ![.get, .head, .options].contains(method)
  }

  /// Whether a body was announced (RFC 9112 §6.3).
  fileprivate var hasBody: Bool {
    headers[.transferEncoding] != nil || headers[.contentLength].map { $0 != "0" } ?? false
  }

  /// Whether the media type is `application/json`, whatever its parameters (RFC 8259 §11 defines none).
  private var isJSON: Bool {
    guard let type = headers[.contentType] else { return false }
    let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
    return essence.lowercased() == "application/json"
  }
}
