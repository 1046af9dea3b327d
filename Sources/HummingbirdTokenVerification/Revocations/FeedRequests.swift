internal import AsyncHTTPClient
internal import JOSE
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import TokenVerification

/// What the server of a feed can be asked.
struct FeedRequests: Sendable {
  /// Where the feed is.
  let feed: RemoteURL
  let client: EgressClient
  let secret: FeedSecret?
  let limits: FeedLimits

  /// Hears the feed's stream from `position` on until it ends or goes wrong; `take` gets each event's data,
  /// and says whether it was news.
  func stream(
    after position: RevocationPosition?, _ take: @escaping @Sendable ([UInt8]) async throws -> Bool
  ) async -> FeedPlan.Outcome {
    let watch = FeedWatch(limits.silence)
    do {
      return try await withThrowingTaskGroup(of: FeedPlan.Outcome.self) { group in
        group.addTask {
          try await client.open(request("/stream", after: position, accept: "text/event-stream")) {
            response in
            try Self.check(response)
            return await events(of: response, watch, take)
          }
        }
        group.addTask { await watch.outcomeOfSilence() }
        defer { group.cancelAll() }
        return try await group.next() ?? FeedPlan.Outcome(broughtNews: false)
      }
    } catch {
      return FeedPlan.Outcome(broughtNews: false, error: error)
    }
  }

  private func events(
    of response: HTTPClientResponse, _ watch: FeedWatch,
    _ take: @Sendable ([UInt8]) async throws -> Bool
  ) async -> FeedPlan.Outcome {
    var parser = EventStreamParser(maximumBytes: limits.eventBytes)
    do {
      for try await buffer in response.body {
        for event in try parser.read(buffer.readableBytesView) {
          try await watch.whileBusy { try await take(event) }
        }
      }
      return FeedPlan.Outcome(broughtNews: watch.hasHeard)
    } catch {
      return FeedPlan.Outcome(broughtNews: watch.hasHeard, error: error)
    }
  }

  /// The next batch after `position`, for which the server waits at most `seconds`.
  func poll(after position: RevocationPosition?, waiting seconds: Int64) async throws -> [UInt8] {
    let wait = position == nil ? nil : "wait=\(seconds)"
    let request = request("", after: position, accept: "application/\(RevocationBatch.type)", query: wait)
    return try await body(
      of: request, atMost: RevocationBatch.maximumTokenBytes, within: limits.time + .seconds(seconds))
  }

  /// Everything that is alive.
  func snapshot() async throws -> [UInt8] {
    try await body(
      of: request("/snapshot", accept: "application/vnd.signet.revocations"), atMost: limits.snapshotBytes,
      within: limits.snapshotTime)
  }

  private func body(
    of request: EgressClient.Request, atMost bytes: Int, within time: Duration
  ) async throws -> [UInt8] {
    var fetchLimits = FetchLimits()
    (fetchLimits.bytes, fetchLimits.time) = (bytes, time)
    return try await fetchLimits.inTime {
      try await client.open(request) { response in
        try Self.check(response)
        return Array(try await response.body.collect(upTo: bytes).readableBytesView)
      }
    }
  }

  private func request(
    _ suffix: String, after position: RevocationPosition? = nil, accept: String, query: String? = nil
  ) -> EgressClient.Request {
    let query = [position.map { "after=\($0)" }, query].compactMap(\.self).joined(separator: "&")
    return EgressClient.Request(
      url: feed.appending(suffix + (query.isEmpty ? "" : "?\(query)")), accept: accept,
      authorization: secret?.authorization, connecting: limits.time / 2)
  }

  private static func check(_ response: HTTPClientResponse) throws(RevocationFeedError) {
    guard response.status != .ok else { return }
    let seconds = response.headers.first(name: "retry-after").flatMap { Int64($0) }
    throw RevocationFeedError(
      "the feed's status is \(response.status.code)",
      retryAfter: seconds.map { .seconds(min(max($0, 0), 3_600)) })
  }
}

/// How large and how slow a feed's answers may be.
struct FeedLimits: Hashable, Sendable {
  /// How long a stream may bring no news. There is some every 5 seconds.
  var silence: Duration = .seconds(15)
  /// The most time for an answer, beside the waiting that was asked for.
  var time: Duration = .seconds(10)
  /// The most time for a snapshot.
  var snapshotTime: Duration = .seconds(30)
  /// The most bytes of an event.
  var eventBytes = RevocationBatch.maximumTokenBytes + 1_024
  /// The most bytes of a snapshot: a million entries.
  var snapshotBytes = 33_554_432
}

/// Notices that a stream brings no news. What an event causes takes its own time.
private final class FeedWatch: Sendable {
  private let limit: Duration
  private let heard = Signal()
  private let isBusy = Atomic(false)
  private let hasTaken = Atomic(false)

  init(_ limit: Duration) {
    self.limit = limit
  }

  /// Whether an event has been taken in.
  var hasHeard: Bool { hasTaken.load(ordering: .relaxed) }

  /// Counts an event whose `body` says that it was news.
  func whileBusy(_ body: () async throws -> Bool) async throws {
    isBusy.store(true, ordering: .relaxed)
    defer { isBusy.store(false, ordering: .relaxed) }
    guard try await body() else { return }
    hasTaken.store(true, ordering: .relaxed)
    heard.raise()
  }

  /// Returns when there has been no news for too long, or when the task is cancelled.
  func outcomeOfSilence() async -> FeedPlan.Outcome {
    while !Task.isCancelled {
      let count = heard.count
      await heard.wait(past: count, atMost: limit)
      if heard.count == count, !isBusy.load(ordering: .relaxed) { break }
    }
    return FeedPlan.Outcome(
      broughtNews: hasHeard, error: RevocationFeedError("the stream was silent for \(limit)"))
  }
}
