import HummingbirdTokenVerification
import JOSE
import NIOCore
import NIOHTTP1
import NIOPosix
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// The feed for who listens.
@Suite(.timeLimit(.minutes(10))) struct FeedStreamTests {
  private static func options(
    heartbeat: Duration = .seconds(600), subscribers: Int = 10, over storage: FailingStorage? = nil
  ) -> RunningAuthority.Options {
    var options = RunningAuthority.Options()
    options.feed = FeedConfiguration(subscribers: subscribers, heartbeat: heartbeat)
    if let storage { options.makeStorage = { _ in storage } }
    return options
  }

  @Test func `a revocation reaches every stream, in the same bytes`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let feed = try await FeedClient(running)
      let streams = try await [feed.stream(), feed.stream()]
      for stream in streams {
        let first = try #require(try await stream.next())
        #expect(first.from == 0 && first.to == 0 && first.entries.isEmpty)
      }
      _ = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer)
      for stream in streams {
        let batch = try #require(try await stream.next())
        #expect(batch.from == 0 && batch.to == 1)
        #expect(
          batch.entries.map(\.subject) == [
            RevocationSubject(.session, id: tokens.session, issuer: TestAuthority.issuer)
          ])
      }
      #expect(streams[0].tokens.last == streams[1].tokens.last)
    }
  }

  @Test func `who was away goes on where he was, and who was away for too long sees the gap`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let feed = try await FeedClient(running)
      for _ in 0..<3 { try await running.revoke(sessions: 1) }
      let head = try await feed.poll().position
      let second = RevocationPosition(epoch: head.epoch, sequence: 1)
      for stream in try await [
        feed.stream(after: second), feed.stream(lastEvent: "\(second)"),
        feed.stream(after: second, lastEvent: "\(head)"),
      ] {
        // The frame that ends where he is may hold what was told late.
        var ranges: [[Int64]] = []
        while let batch = try await stream.next() {
          ranges.append([batch.from, batch.to])
          if batch.from == batch.to { break }
        }
        #expect(ranges == [[0, 1], [1, 2], [2, 3], [3, 3]])
      }
      // As after a restart: the frames are gone.
      running.service.hub.begin(at: head, readAt: running.service.hub.uptime())
      for position in [second, RevocationPosition(epoch: "another", sequence: 3), nil] {
        let first = try await feed.stream(after: position).next()
        #expect(first?.from == 3 && first?.to == 3 && first?.entries.isEmpty == true)
      }
      for lastEvent in ["", "nonsense", "\(head)"] {
        let first = try await feed.stream(lastEvent: lastEvent).next()
        #expect(first?.from == 3 && first?.to == 3)
      }
    }
  }

  @Test func `a new life of the log is told at once, and its snapshot has what counts`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let feed = try await FeedClient(running)
      try await running.revoke(sessions: 2)
      let stream = try await feed.stream()
      let old = try #require(try await stream.next())
      let waiting = Task { try await feed.poll(after: old.position, wait: 25) }
      while running.service.hub.subscriberCount < 2 { await Task.yield() }
      let (epoch, _) = try await running.service.beginEpoch(origin: TestAuthority.origin)
      var batch = old
      // The entry that ends everything may have been sent in the old life's numbers; it does no harm there.
      while batch.epoch != epoch { batch = try #require(try await stream.next()) }
      #expect(batch.from == 3 && batch.to == 3 && batch.entries.isEmpty)
      _ = try await waiting.value
      let whole = try await feed.poll(after: old.position)
      #expect(whole.epoch == epoch && whole.from == 0 && whole.to == 3)
      let everything = RevocationSubject(.issuer, id: "", issuer: TestAuthority.issuer)
      for batch in try await [feed.snapshot(), whole] {
        #expect(batch.epoch == epoch && batch.entries.contains { $0.subject == everything })
      }
    }
  }

  @Test func `a heartbeat says how old its news is, and is no younger while the log cannot be read`()
    async throws
  {
    let storage = FailingStorage()
    try await RunningAuthority.run(Self.options(heartbeat: .milliseconds(10), over: storage)) { running in
      let stream = try await FeedClient(running).stream()
      let start = running.clock.now
      for _ in 0..<3 {
        let batch = try #require(try await stream.next())
        #expect(batch.from == batch.to && batch.asOf == start && batch.signedAt == start)
      }
      storage.failReads(with: .unavailable("gone"))
      running.clock.advance(by: .seconds(40))
      var late = 0
      while late < 3 {
        let batch = try #require(try await stream.next())
        #expect(batch.asOf == start)
        if batch.signedAt == start + .seconds(40) { late += 1 }
      }
      #expect(running.service.hub.age == .seconds(40))
      let polled = try await FeedClient(running).poll()
      #expect(polled.asOf == start && polled.signedAt == start + .seconds(40))
      // A clock that steps back makes nothing younger.
      running.clock.set(start + .seconds(40))
      storage.failReads(with: nil)
      while try #require(try await stream.next()).asOf != start + .seconds(40) {}
    }
  }

  @Test func `what this process was not told is found by reading, and sent`() async throws {
    let storage = FailingStorage()
    try await RunningAuthority.run(Self.options(heartbeat: .milliseconds(10), over: storage)) { running in
      let stream = try await FeedClient(running).stream()
      // This storage tells nobody of its commits.
      let (policy, now) = (running.service.authority.policy, running.clock.now)
      let session = SessionID(from: .system)
      try await storage.write { tx in
        try tx.append(Revocation.decide(.sessions([session]), policy: policy, at: now))
      }
      let batch = try #require(try await stream.nextNews())
      #expect(batch.from == 0 && batch.to == 1 && batch.entries.count == 1)
      #expect(running.service.revocations.view.count == 1, "and it is in force here")
    }
  }

  @Test func `beyond the limit a subscriber is refused, and a place that is left is free again`() async throws
  {
    // A client that has gone is noticed when something is written to it.
    try await RunningAuthority.run(Self.options(heartbeat: .milliseconds(10), subscribers: 1)) { running in
      let feed = try await FeedClient(running)
      let head = try await feed.poll().position
      #expect(try await running.api.send(.HEAD, "/revocations/stream").status == 200)
      var stream: FeedStream? = try await feed.stream()
      _ = try await stream?.next()
      for path in ["/revocations/stream", "/revocations?after=\(head)&wait=5"] {
        let answer = try await running.api.get(path)
        #expect(answer.status == 503 && answer.code == "overloaded")
        #expect(answer.headers["retry-after"] == ["5"])
      }
      // What does not wait takes no place.
      #expect(try await feed.poll(after: head).to == 0)
      #expect(try await feed.snapshot().to == 0)
      stream = nil
      while running.service.hub.subscriberCount > 0 { await Task.yield() }
      stream = try await feed.stream()
      #expect(try await stream?.next() != nil)
    }
  }

  @Test func `one address has a quarter of the places`() async throws {
    var options = Self.options(subscribers: 8)
    options.trustedProxies = try TrustedProxies(["127.0.0.1"])
    try await RunningAuthority.run(options) { running in
      let client = ["X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"]
      let mine = try await FeedClient(running, headers: client)
      let streams = try await [mine.stream(), mine.stream()]
      let third = try await running.api.get("/revocations/stream", client)
      #expect(third.status == 503 && third.code == "overloaded")
      let other = try await FeedClient(
        running, headers: ["X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"])
      #expect(try await other.stream().next() != nil)
      #expect(streams.count == 2)
    }
  }

  @Test func `a subscriber that does not read is cut off, and the others go on`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let feed = try await FeedClient(running)
      let reader = try await feed.stream()
      let slow = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .channelOption(.autoRead, value: false)
        .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
        .connect(host: "127.0.0.1", port: running.api.port).get()
      try await slow.writeAndFlush(ByteBuffer(string: "GET /revocations/stream HTTP/1.1\r\nHost: a\r\n\r\n"))
      while running.service.hub.subscriberCount < 2 { await Task.yield() }
      // Heartbeats, because they are cheap to sign.
      _ = try await reader.next()
      while running.service.hub.subscriberCount == 2 {
        running.service.hub.noteReading([], upTo: 0, at: running.service.hub.uptime())
        _ = try #require(try await reader.next())
      }
      running.service.hub.noteReading([], upTo: 0, at: running.service.hub.uptime())
      // By the hub, or on a slow machine by the kernel, to which it has acknowledged nothing.
      #expect(running.service.hub.subscriberCount == 1)
      #expect(try await reader.next() != nil)
      try? await slow.close()
    }
  }

  @Test func `for whom too much waits is dropped, and his connection closed`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let (hub, isClosed) = (running.service.hub, Flag())
      let slow = try hub.subscribe(after: nil, isStream: true, limit: 10)
      slow.whenDropped { isClosed.raise() }
      for _ in 0..<FeedOutlet.buffer { hub.noteReading([], upTo: 0, at: hub.uptime()) }
      #expect(hub.subscriberCount == 1 && !isClosed.isRaised)
      hub.noteReading([], upTo: 0, at: hub.uptime())
      try #require(hub.subscriberCount == 0 && isClosed.isRaised)
      #expect(running.service.metrics.feed.dropped.value == 1)
      var count = 0
      for await _ in slow.frames { count += 1 }
      #expect(count == FeedOutlet.buffer)
    }
  }

  @Test func `a stop ends streams and polls at once, and takes no more`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let feed = try await FeedClient(running)
      let stream = try await feed.stream()
      let head = try #require(try await stream.next()).position
      let waiting = Task { try await feed.poll(after: head, wait: 25) }
      while running.service.hub.subscriberCount < 2 { await Task.yield() }
      running.service.hub.close()
      #expect(try await stream.next() == nil)
      #expect(try await waiting.value.to == 0)
      let answer = try await running.api.get("/revocations/stream")
      #expect(answer.status == 503 && answer.headers["retry-after"] == ["1"])
    }
  }

  @Test func `a graceful shutdown waits for no stream`() async throws {
    try await RunningAuthority.run(Self.options()) { running in
      let stream = try await FeedClient(running).stream()
      _ = try await stream.next()
      await running.shutDown()
      while try await stream.next() != nil {}
    }
  }
}
