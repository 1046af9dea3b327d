import HTTPTypes
import JOSE
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

/// The subscription against a feed over real HTTP.
@Suite(.timeLimit(.minutes(10))) struct RevocationSubscriptionTests {
  // MARK: Following

  @Test func `it begins with the snapshot, and goes on with the stream`() async throws {
    try await FeedServer.follow { feed, state in
      #expect(!state.isFresh && state.health.asOf == nil)
      feed.revoke(.session, "s1")
      let stream = await feed.stream(1)
      #expect(stream.target == FeedServer.stream, "there is no position to go on from")
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.isFresh }
      #expect(state.view.holds(RevocationSubject(.session, id: "s1", issuer: feed.issuer.issuer)))
      #expect(state.health.position?.description == "e1.1" && state.health.asOf == feed.clock.now)
      #expect(feed.server.count(FeedServer.snapshot) == 1)
      feed.revoke(.session, "s2")
      try await feed.send(after: 1, on: stream, to: state)
      #expect(state.view.holds(RevocationSubject(.session, id: "s2", issuer: feed.issuer.issuer)))
      #expect(feed.server.count(FeedServer.snapshot) == 1 && state.health.lastError == nil)
      #expect(feed.server.count(FeedServer.keySet) == 1)
    }
  }

  @Test func `a gap is filled by the snapshot, on the same stream`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.isFresh }
      for id in ["s1", "s2", "s3"] { feed.revoke(.session, id) }
      try await feed.send(after: 2, on: stream, to: state)
      for id in ["s1", "s2", "s3"] {
        #expect(state.view.holds(RevocationSubject(.session, id: id, issuer: feed.issuer.issuer)))
      }
      #expect(feed.server.count(FeedServer.snapshot) == 1 && feed.streamCount == 1)
    }
  }

  @Test func `another life of the log is begun with its snapshot, and the old one is over`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      feed.revoke(.session, "s1")
      try await feed.send(after: 0, on: stream, to: state)
      let old = try feed.token(feed.batch(everything: true))
      feed.clock.advance(by: .seconds(1))
      feed.beginEpoch("e2")
      for id in ["a", "b"] { feed.revoke(.session, id) }
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.health.position?.description == "e2.2" }
      #expect(state.view.holds(RevocationSubject(.session, id: "a", issuer: feed.issuer.issuer)))
      stream.send(event: old)
      _ = await feed.stream(2)
      #expect(state.health.position?.description == "e2.2")
      #expect(state.health.lastError?.contains("former_epoch") == true)
    }
  }

  @Test func `another life that begins within the second of the last news is waited for`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      feed.revoke(.session, "s1")
      try await feed.send(after: 0, on: stream, to: state)
      feed.beginEpoch("e2")
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.health.lastError?.contains("older") == true }
      #expect(state.health.position?.description == "e1.1")
      feed.clock.advance(by: .seconds(1))
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.health.position?.description == "e2.0" }
      #expect(feed.streamCount == 1 && state.health.lastError == nil)
    }
  }

  @Test func `it goes on where it was, when the server ends the stream and when the connection breaks`()
    async throws
  {
    try await FeedServer.follow { feed, state in
      let first = await feed.stream(1)
      feed.revoke(.session, "s1")
      try await feed.send(after: 0, on: first, to: state)
      first.end()
      let second = await feed.stream(2)
      #expect(second.target == "\(FeedServer.stream)?after=e1.1")
      feed.revoke(.session, "s2")
      try await feed.send(after: 1, on: second, to: state)
      second.breakOff()
      #expect(await feed.stream(3).target == "\(FeedServer.stream)?after=e1.2")
      #expect(feed.server.count(FeedServer.snapshot) == 0 && state.isFresh)
    }
  }

  // MARK: Silence and age

  @Test func `a stream that is silent is left for another`() async throws {
    var limits = FeedLimits()
    limits.silence = .milliseconds(500)
    try await FeedServer.follow(limits: limits) { feed, state in
      // On a slow machine no stream may be there in time, and a question be asked instead: that is as good.
      await eventually { feed.streamCount > 0 || state.isFresh }
      // Comments keep a connection open, and are no news.
      if feed.streamCount > 0 { await feed.stream(1).send(": still here\n") }
      await eventually { state.health.lastError?.contains("silent") == true || state.isFresh }
      await eventually { feed.streamCount > 1 || state.isFresh }
    }
  }

  @Test func `a stream that repeats what is known is no news, and after two of them it is asked for some`()
    async throws
  {
    try await FeedServer.follow { feed, state in
      // As a node does that has lost its database.
      let old = try feed.token(feed.batch(asOf: TestClock.start))
      for number in 1...3 {
        let stream = await feed.stream(number)
        stream.send(event: old)
        await eventually { state.isFresh }
        stream.end()
      }
      @Sendable func hasPolled() -> Bool {
        feed.targets.contains { $0.hasPrefix("\(FeedServer.poll)?after=") }
      }
      await eventually { feed.streamCount > 3 || hasPolled() }
      #expect(hasPolled())
    }
  }

  @Test func `what is known grows old while nothing comes, and young again with news`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.isFresh }
      feed.clock.advance(by: .seconds(30))
      #expect(state.isFresh && state.health.age == .seconds(30))
      let old = try feed.token(feed.batch(asOf: TestClock.start))
      stream.send(event: old)
      feed.revoke(.session, "s1")
      let marker = try feed.token(feed.batch(after: 0, asOf: TestClock.start))
      stream.send(event: marker)
      await eventually { state.health.position?.sequence == 1 }
      feed.clock.advance(by: .milliseconds(1))
      #expect(!state.isFresh, "old news, however new its arrival")
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.isFresh }
    }
  }

  @Test func `a stream that is held back is noticed by the time of day`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      let sent = feed.clock.now
      feed.clock.advance(by: .seconds(91))
      stream.send(event: try feed.token(feed.batch(asOf: sent)))
      await eventually { state.health.position != nil }
      #expect(!state.isFresh && state.health.age == .seconds(31))
      stream.send(event: try feed.token(feed.batch(asOf: sent + .seconds(1))))
      await eventually { state.isFresh }
    }
  }

  // MARK: Other ways

  @Test func `where no stream can be had it asks for batches, and then for snapshots`() async throws {
    try await FeedServer.run { feed in
      feed.refuse(FeedServer.stream, with: .serviceUnavailable, retryAfter: "0")
      feed.revoke(.session, "s1")
      let subscription = try feed.subscription()
      try await feed.run(subscription) {
        await feed.server.wait(for: FeedServer.poll)
        await eventually { subscription.state.isFresh }
        #expect(subscription.state.health.position?.description == "e1.1")
        #expect(feed.server.count(FeedServer.stream) == 2 && feed.targets.first == FeedServer.poll)
        await eventually { feed.targets.count > 1 }
        #expect(feed.targets.last == "\(FeedServer.poll)?after=e1.1&wait=15")
        #expect(feed.server.count(FeedServer.snapshot) == 0)
      }
      feed.refuse(FeedServer.poll, with: .notFound)
      let second = try feed.subscription()
      try await feed.run(second) {
        await eventually { second.state.isFresh }
        #expect(feed.server.count(FeedServer.snapshot) == 1)
      }
    }
  }

  @Test func `a server that is not there is tried again, and found when it is back`() async throws {
    try await FeedServer.run { feed in
      let metadata = feed.server[IssuerServer.metadataPath]
      feed.server[IssuerServer.metadataPath] = nil
      feed.refuse(FeedServer.stream, with: .notFound)
      let subscription = try feed.subscription()
      try await feed.run(subscription) {
        await eventually { subscription.state.health.lastError?.contains("no metadata") == true }
        feed.server[IssuerServer.metadataPath] = metadata
        await eventually {
          // The feed's keys are asked for again after a cool-down.
          feed.clock.advance(by: .milliseconds(100))
          return subscription.state.isFresh
        }
        #expect(subscription.state.health.lastError == nil)
      }
    }
  }
}
