import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import JOSE
import Logging
import NIOCore
import ServiceLifecycle
import SignetTesting
import Synchronization

@testable import HummingbirdTokenVerification

/// A real server on loopback that answers as a test has told it to, and remembers what it was asked.
final class IssuerServer: Sendable {
  /// What a path answers.
  struct Reply: Sendable {
    var status: HTTPResponse.Status = .ok
    var fields: HTTPFields = [:]
    var body = ""
    /// The answer, or the rest of it, waits until this is raised.
    var gate: Signal?
    /// Whether the body is sent without its length, the last part behind the gate.
    var isStreamed = false
  }

  /// What a path does that has more to do than to answer always the same.
  typealias Handler = @Sendable (Request) async -> Response

  private struct State {
    var replies: [String: Reply] = [:]
    var handlers: [String: Handler] = [:]
    var requests: [String] = []
    var traces: [String?] = []
    var conditions: [String?] = []
  }

  private let state = Mutex(State())
  /// Raised with every request.
  let asked = Signal()

  static let metadataPath = "/.well-known/oauth-authorization-server"
  static let openIDPath = "/.well-known/openid-configuration"

  /// The `traceparent` of each request, in order.
  var traces: [String?] { state.withLock { $0.traces } }

  /// The `If-None-Match` of each request, in order.
  var conditions: [String?] { state.withLock { $0.conditions } }

  /// The paths that were asked for, in order.
  var requests: [String] { state.withLock { $0.requests } }

  /// How often `path` was asked for.
  func count(_ path: String) -> Int { requests.count { $0 == path } }

  subscript(path: String) -> Reply? {
    get { state.withLock { $0.replies[path] } }
    set { state.withLock { $0.replies[path] = newValue } }
  }

  /// Lets `handler` answer what is asked of `path`.
  func handle(_ path: String, _ handler: @escaping Handler) {
    state.withLock { $0.handlers[path] = handler }
  }

  /// Publishes metadata and keys as an authority does.
  func publish(_ issuer: TestIssuer, fields: HTTPFields = [:]) throws {
    self[Self.metadataPath] = Reply(
      body: #"{"issuer":"\#(issuer.issuer)","jwks_uri":"\#(issuer.issuer)/jwks"}"#)
    self["/jwks"] = Reply(fields: fields, body: try issuer.published.json().encodedString())
  }

  /// Waits until `path` has been asked for `times` times.
  func wait(for path: String, times: Int = 1) async {
    while true {
      let seen = asked.count
      if count(path) >= times { return }
      await asked.wait(past: seen, atMost: .seconds(30))
    }
  }

  /// Runs the server on a free port while `body` runs, which gets its URL.
  /// - Parameters:
  ///   - origin: the URL without the port.
  ///   - builder: what it speaks.
  ///   - body: what is done meanwhile.
  /// - Throws: What `body` throws.
  func run(
    as origin: String = "http://127.0.0.1", by builder: HTTPServerBuilder = .http1(),
    _ body: @Sendable (_ url: String) async throws -> Void
  ) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
        let trace = HTTPField.Name("traceparent").flatMap { request.headers[$0] }
        self.state.withLock { state in
          state.traces.append(trace)
          state.conditions.append(request.headers[.ifNoneMatch])
        }
        return await self.respond(to: request)
      },
      server: builder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) },
      logger: Self.silence)
    let group = ServiceGroup(
      configuration: .init(services: [application], logger: Self.silence))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      for await port in ports {
        do {
          try await body("\(origin):\(port)")
        } catch {
          await group.triggerGracefulShutdown()
          throw error
        }
        break
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  static let silence = Logger(label: "silence", factory: { _ in SwiftLogNoOpLogHandler() })

  private func respond(to request: Request) async -> Response {
    let path = request.uri.path
    let (reply, handler) = state.withLock { state in
      state.requests.append(path)
      return (state.replies[path], state.handlers[path])
    }
    asked.raise()
    if let handler { return await handler(request) }
    guard let reply else { return Response(status: .notFound) }
    let buffer = ByteBuffer(string: reply.body)
    if reply.isStreamed {
      let body = ResponseBody { writer in
        try await writer.write(buffer)
        await reply.gate?.wait(past: 0, atMost: .seconds(30))
        try await writer.finish(nil)
      }
      return Response(status: reply.status, headers: reply.fields, body: body)
    }
    await reply.gate?.wait(past: 0, atMost: .seconds(30))
    return Response(status: reply.status, headers: reply.fields, body: ResponseBody(byteBuffer: buffer))
  }
}
