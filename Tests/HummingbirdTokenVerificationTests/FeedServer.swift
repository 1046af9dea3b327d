import HTTPTypes
import Hummingbird
import JOSE
import NIOCore
import SignetTesting
import Synchronization

@testable import HummingbirdTokenVerification
@testable import TokenVerification

/// A real issuer on loopback whose revocation feed says what a test lets it say.
final class FeedServer: Sendable {
  /// One subscriber's stream, as the server has it.
  struct Stream: Sendable {
    /// What was asked for: path and query.
    let target: String
    let authorization: String?
    fileprivate let chunks: AsyncStream<ByteBuffer?>.Continuation

    /// Sends this text as it is.
    func send(_ text: String) { chunks.yield(ByteBuffer(string: text)) }

    /// Sends an event with this data.
    func send(event data: String) { send("id: x\ndata: \(data)\n\n") }

    /// Ends the stream, as a server does that is shut down.
    func end() { chunks.finish() }

    /// Lets the connection break, as when a server dies.
    func breakOff() { chunks.yield(nil) }
  }

  private struct State {
    var streams: [Stream] = []
    var targets: [String] = []
    var statuses: [String: HTTPResponse] = [:]
    var epoch = "e1"
    var head: Int64 = 0
    var entries: [RevocationEntry] = []
  }

  let server: IssuerServer
  let issuer: TestIssuer
  let clock = TestClock()
  /// The feed's keys are called f1 and f2; f1 signs unless another is asked for.
  let feedKeys: [JWK]
  private let state = Mutex(State())

  static let stream = "/revocations/stream"
  static let snapshot = "/revocations/snapshot"
  static let poll = "/revocations"
  static let keySet = "/revocations/jwks.json"

  private init(url: String, on server: IssuerServer) throws {
    self.server = server
    issuer = try TestIssuer(issuer: url, keyIDs: ["k1", "k2"])
    feedKeys = try ["f1", "f2"].map { try JWK.generate(.edDSA, keyID: $0) }
    try server.publish(issuer)
    publishMetadata(feed: "\(url)/revocations")
    server[Self.keySet] = IssuerServer.Reply(
      body: try JWKSet(keys: feedKeys.map { try $0.publicKey() }).json().encodedString())
    server.handle(Self.stream) { await self.answerStream($0) }
    server.handle(Self.snapshot) { request in
      self.answer(request) {
        try self.batch(everything: true).snapshot(of: url, with: SigningKey(self.feedKeys[0]))
      }
    }
    server.handle(Self.poll) { request in
      self.answer(request) { Array(try self.token(self.batch(everything: true)).utf8) }
    }
  }

  /// Runs an issuer with a feed while `body` runs.
  static func run(_ body: @escaping @Sendable (FeedServer) async throws -> Void) async throws {
    let server = IssuerServer()
    try await server.run { url in
      let feed = try FeedServer(url: url, on: server)
      defer { for stream in feed.state.withLock(\.streams) { stream.end() } }
      try await body(feed)
    }
  }

  /// The same, for what `body` yields.
  static func run<Value: Sendable>(
    returning body: @escaping @Sendable (FeedServer) async throws -> Value
  ) async throws -> Value {
    let result = Mutex<Value?>(nil)
    try await run { feed in
      let value = try await body(feed)
      result.withLock { $0 = value }
    }
    guard let value = result.withLock({ $0 }) else { throw CancellationError() }
    return value
  }

  /// Publishes metadata that names this feed; nil for none.
  func publishMetadata(feed: String?) {
    let endpoint = feed.map { #","revocation_feed_endpoint":"\#($0)""# } ?? ""
    server[IssuerServer.metadataPath] = IssuerServer.Reply(
      body: #"{"issuer":"\#(issuer.issuer)","jwks_uri":"\#(issuer.issuer)/jwks"\#(endpoint)}"#)
  }

  // MARK: The log

  /// Adds to the log; `told` says whether the feed's snapshot has it.
  @discardableResult
  func revoke(_ kind: RevocationSubject.Kind, _ id: String) -> RevocationEntry {
    state.withLock { state in
      state.head += 1
      let entry = RevocationEntry(
        sequence: state.head, subject: RevocationSubject(kind, id: id, issuer: issuer.issuer),
        ignoresPosition: kind == .key || kind == .token, expiresAt: clock.now + .seconds(90_000))
      state.entries.append(entry)
      return entry
    }
  }

  /// Begins another life of the log.
  func beginEpoch(_ epoch: String) {
    state.withLock { ($0.epoch, $0.head, $0.entries) = (epoch, 0, []) }
  }

  /// The log from `from` on; by itself a heartbeat.
  func batch(
    after from: Int64? = nil, everything: Bool = false, asOf: Timestamp? = nil
  ) -> RevocationBatch {
    state.withLock { state in
      let from = everything ? 0 : from ?? state.head
      return RevocationBatch(
        epoch: state.epoch, from: from, to: state.head,
        entries: state.entries.filter { $0.sequence > from }, asOf: asOf ?? clock.now,
        signedAt: asOf ?? clock.now)
    }
  }

  /// A batch as a token, signed by the feed's key of this place.
  func token(_ batch: RevocationBatch, key: Int = 0) throws -> String {
    try batch.token(of: issuer.issuer, with: SigningKey(feedKeys[key]))
  }

  // MARK: Requests

  /// The targets that were asked for below the feed, streams apart.
  var targets: [String] { state.withLock { $0.targets } }

  /// Lets a path answer nothing but this status from now on; nil as it should.
  func refuse(
    _ path: String, with status: HTTPResponse.Status?, retryAfter: String? = nil, location: String? = nil
  ) {
    var fields: HTTPFields = [:]
    if let location { fields[.location] = location }
    if let retryAfter { fields[.retryAfter] = retryAfter }
    let response = status.map { HTTPResponse(status: $0, headerFields: fields) }
    state.withLock { $0.statuses[path] = response }
  }

  /// The subscriber's stream of this number, the first is 1, once it is there.
  func stream(_ number: Int) async -> Stream {
    await eventually { self.streamCount >= number }
    return state.withLock { $0.streams[number - 1] }
  }

  var streamCount: Int { state.withLock { $0.streams.count } }

  private func refusal(of request: Request) -> Response? {
    state.withLock { $0.statuses[request.uri.path] }.map {
      Response(status: $0.status, headers: $0.headerFields)
    }
  }

  private func answer(_ request: Request, _ body: () throws -> [UInt8]) -> Response {
    state.withLock { $0.targets.append(request.uri.description) }
    if let refusal = refusal(of: request) { return refusal }
    do {
      return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: try body())))
    } catch {
      return Response(status: .internalServerError)
    }
  }

  private func answerStream(_ request: Request) async -> Response {
    if let refusal = refusal(of: request) { return refusal }
    let (chunks, continuation) = AsyncStream.makeStream(of: ByteBuffer?.self)
    state.withLock { state in
      state.streams.append(
        Stream(
          target: request.uri.description, authorization: request.headers[.authorization],
          chunks: continuation))
    }
    let body = ResponseBody { writer in
      try await writer.write(ByteBuffer(string: ":\n"))
      for await chunk in chunks {
        guard let chunk else { throw BrokenOff() }
        try await writer.write(chunk)
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
  }
}

private struct BrokenOff: Error {}
