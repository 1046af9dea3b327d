internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore

/// Reads request bodies: JSON only, of a bounded size, and in a bounded time, so that a client that sends one byte
/// a minute holds nothing for long.
struct RequestBodies: Sendable {
  /// How long a client may take to send a body.
  let timeout: Duration

  /// The input of `request`.
  /// - Throws: ``Problem`` 408, 413, 415, 400 or 422.
  /// - Returns: What the endpoint takes.
  func read<Input: RequestInput>(_ request: Request, as type: Input.Type) async throws -> Input {
    guard isJSON(request) else { throw Self.unsupportedMediaType }
    let bytes = try await bytes(of: request)
    return try Input(RequestFields(parsing: bytes, allowing: Input.fieldNames))
  }

  /// The input of `request`, where no body stands for no fields.
  func readIfPresent<Input: RequestInput>(_ request: Request, as type: Input.Type) async throws -> Input {
    let length = request.headers[.contentLength]
    if length == "0" || (length == nil && request.headers[.transferEncoding] == nil) {
      return try Input(.none)
    }
    return try await read(request, as: type)
  }

  static let tooLarge = Problem(
    .contentTooLarge, .bodyTooLarge, "The body may have at most \(RequestFields.maximumBodyBytes) bytes.")

  private static let tooSlow = Problem(
    .requestTimeout, .bodyTooSlow, "The body took too long to arrive.", headers: [.connection: "close"])

  private static let unsupportedMediaType = Problem(
    .unsupportedMediaType, .unsupportedMediaType, "The body must be application/json.",
    headers: [.accept: "application/json"])

  private func bytes(of request: Request) async throws -> [UInt8] {
    let most = RequestFields.maximumBodyBytes
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most {
      throw Self.tooLarge
    }
    let (body, timeout) = (request.body, timeout)
    return try await withThrowingTaskGroup(of: [UInt8].self) { tasks in
      tasks.addTask { Array(try await body.collect(upTo: most).readableBytesView) }
      tasks.addTask {
        try await Task.sleep(for: timeout)
        throw Self.tooSlow
      }
      defer { tasks.cancelAll() }
      return try await tasks.next() ?? []
    }
  }

  /// Whether the media type is `application/json`, whatever its parameters (RFC 8259 §11 defines none).
  private func isJSON(_ request: Request) -> Bool {
    guard let type = request.headers[.contentType] else { return false }
    let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
    return essence.lowercased() == "application/json"
  }
}
