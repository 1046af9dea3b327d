import Hummingbird
import JOSE
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

/// What a subscription does not believe, over real HTTP.
@Suite(.timeLimit(.minutes(10))) struct ForgedFeedTests {
  /// What a frame says, who signed it, for whom.
  private static let forgeries: [(String, @Sendable (FeedServer) throws -> String)] = [
    (
      "signature",
      { feed in
        let stranger = try SigningKey(try JWK.generate(.edDSA, keyID: "f1"))
        return try feed.batch(after: 0).token(of: feed.issuer.issuer, with: stranger)
      }
    ),
    (
      "another issuer",
      { try $0.batch(after: 0).token(of: "https://id.example.com", with: SigningKey($0.feedKeys[0])) }
    ),
    (
      "an access token's key",
      { try $0.batch(after: 0).token(of: $0.issuer.issuer, with: SigningKey($0.issuer.keys[0])) }
    ),
    ("no token", { _ in "hello" }),
    ("an access token", { try $0.issuer.token() }),
    (
      "a batch of long ago",
      { feed in
        try feed.token(feed.batch(after: 0, asOf: feed.clock.now - .seconds(90_000)))
      }
    ),
  ]

  @Test(arguments: forgeries.indices)
  func `what the feed's keys have not signed for this issuer is dropped, with its stream`(index: Int)
    async throws
  {
    let (what, forgery) = Self.forgeries[index]
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      await eventually { state.isFresh }
      let mark = state.mark
      feed.revoke(.session, "s1")
      stream.send(event: try forgery(feed))
      let second = await feed.stream(2)
      #expect(state.mark == mark && state.health.position?.sequence == 0, "\(what)")
      #expect(state.health.lastError != nil, "\(what)")
      try await feed.send(after: 0, on: second, to: state)
      #expect(state.health.lastError == nil)
    }
  }

  @Test func `a snapshot that was changed on its way is not believed`() async throws {
    try await FeedServer.follow { feed, state in
      feed.revoke(.session, "s1")
      feed.revoke(.session, "s2")
      feed.server.handle(FeedServer.snapshot) { _ in
        do {
          let whole = try feed.batch(everything: true).snapshot(
            of: feed.issuer.issuer, with: SigningKey(feed.feedKeys[0]))
          return Response(status: .ok, body: ResponseBody(byteBuffer: .init(bytes: whole.dropLast(32))))
        } catch {
          return Response(status: .internalServerError)
        }
      }
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      _ = await feed.stream(2)
      #expect(!state.isFresh && state.health.position == nil)
    }
  }

  @Test func `a feed key that is revoked is not believed from then on`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      feed.revoke(.key, "f1")
      stream.send(event: try feed.token(feed.batch(after: 0), key: 1))
      await eventually { state.health.position?.sequence == 1 }
      feed.revoke(.session, "s1")
      stream.send(event: try feed.token(feed.batch(after: 1), key: 0))
      let second = await feed.stream(2)
      #expect(state.health.position?.sequence == 1)
      #expect(state.health.lastError?.contains("revoked_key") == true)
      second.send(event: try feed.token(feed.batch(after: 1), key: 1))
      await eventually { state.health.position?.sequence == 2 }
    }
  }

  @Test func `T5 a key that the feed does not publish is asked for once, not with each batch`() async throws {
    try await FeedServer.follow { feed, state in
      let stranger = try SigningKey(try JWK.generate(.edDSA, keyID: "f9"))
      for number in 1...2 {
        let stream = await feed.stream(number)
        stream.send(event: try feed.batch(after: 0).token(of: feed.issuer.issuer, with: stranger))
      }
      await feed.server.wait(for: FeedServer.poll)
      await eventually { state.isFresh }
      #expect(feed.server.count(FeedServer.keySet) == 1)
    }
  }

  @Test func `an event that is too large ends its stream, and what was known stays`() async throws {
    try await FeedServer.follow { feed, state in
      let stream = await feed.stream(1)
      feed.revoke(.session, "s1")
      try await feed.send(after: 0, on: stream, to: state)
      stream.send("data: \(String(repeating: "x", count: 70_000))")
      _ = await feed.stream(2)
      #expect(state.health.lastError?.contains("more than") == true && state.isFresh)
      #expect(state.health.position?.sequence == 1)
    }
  }
}
