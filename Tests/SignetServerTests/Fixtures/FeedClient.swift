import AsyncHTTPClient
import JOSE
import NIOCore
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// Somebody who follows the revocation feed, and takes what the published feed keys have signed.
struct FeedClient: Sendable {
  let api: APIClient
  private let verifier: RevocationBatchVerifier
  private let keys: KeySnapshot
  private let clock: TestClock
  private let headers: [String: String]

  init(_ running: RunningAuthority, headers: [String: String] = [:]) async throws {
    api = running.api
    clock = running.clock
    self.headers = headers
    verifier = try RevocationBatchVerifier(issuer: running.service.authority.policy.issuer)
    let set = try await api.get("/revocations/jwks.json")
    keys = KeySnapshot(
      epoch: 1, keys: try JWKSet(parsing: set.body), algorithms: RevocationBatchVerifier.algorithms)
  }

  func poll(after position: RevocationPosition? = nil, wait: Int? = nil) async throws -> RevocationBatch {
    let parameters =
      (position.map { ["after=\($0)"] } ?? []) + (wait.map { ["wait=\($0)"] } ?? [])
    let answer = try await api.get("/revocations?\(parameters.joined(separator: "&"))", headers)
    #expect(answer.status == 200 && answer.headers["cache-control"] == ["no-store"])
    #expect(answer.headers["content-type"] == ["application/revocations+jwt"])
    return try batch(answer.body)
  }

  func snapshot() async throws -> RevocationBatch {
    let answer = try await api.get("/revocations/snapshot", headers)
    #expect(answer.status == 200 && answer.headers["cache-control"] == ["no-store"])
    #expect(answer.headers["content-type"] == ["application/vnd.signet.revocations"])
    return try verifier.verify(snapshot: answer.body, with: keys, at: clock.now).batch
  }

  /// Begins to follow the stream.
  func stream(after position: RevocationPosition? = nil, lastEvent: String? = nil) async throws -> FeedStream
  {
    let query = position.map { "?after=\($0)" } ?? ""
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(api.port)/revocations/stream\(query)")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let lastEvent { request.headers.add(name: "Last-Event-ID", value: lastEvent) }
    let response = try await HTTPClient.shared.execute(request, deadline: .distantFuture)
    #expect(response.status == .ok)
    #expect(response.headers["content-type"] == ["text/event-stream"])
    #expect(response.headers["cache-control"] == ["no-store"])
    return FeedStream(response.body, read: batch)
  }

  private func batch(_ token: [UInt8]) throws -> RevocationBatch {
    try verifier.verify(token, with: keys, at: clock.now).batch
  }
}

/// The events of one stream. Used from one task.
final class FeedStream {
  private var parts: AsyncThrowingStream<String, any Error>.Iterator
  private var pending = ""
  private let read: ([UInt8]) throws -> RevocationBatch
  /// The tokens that came, as they came.
  private(set) var tokens: [String] = []

  init(_ body: HTTPClientResponse.Body, read: @escaping ([UInt8]) throws -> RevocationBatch) {
    parts =
      AsyncThrowingStream { continuation in
        let reading = Task {
          do {
            for try await part in body { continuation.yield(String(buffer: part)) }
            continuation.finish()
          } catch {
            continuation.finish(throwing: error)
          }
        }
        // Who lets go of it ends its connection.
        continuation.onTermination = { _ in reading.cancel() }
      }.makeAsyncIterator()
    self.read = read
  }

  /// The next batch; nil when the stream has ended.
  func next() async throws -> RevocationBatch? {
    while true {
      if let end = pending.firstRange(of: "\n\n") {
        let lines = pending[..<end.lowerBound].split(separator: "\n")
        pending.removeSubrange(..<end.upperBound)
        try #require(lines.count == 2 && lines[0].hasPrefix("id: ") && lines[1].hasPrefix("data: "))
        let token = String(lines[1].dropFirst("data: ".count))
        tokens.append(token)
        let batch = try read(Array(token.utf8))
        #expect(lines[0] == "id: \(batch.epoch).\(batch.to)")
        return batch
      }
      guard let part = try await parts.next(isolation: #isolation) else { return nil }
      pending += part
    }
  }

  /// The next batch that is no heartbeat.
  func nextNews() async throws -> RevocationBatch? {
    while let batch = try await next() {
      if batch.from != batch.to || !batch.entries.isEmpty { return batch }
    }
    return nil
  }
}

extension RevocationBatch {
  /// Where the log is with it.
  var position: RevocationPosition { RevocationPosition(epoch: epoch, sequence: to) }
}
