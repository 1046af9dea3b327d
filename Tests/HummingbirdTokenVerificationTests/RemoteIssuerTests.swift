import Hummingbird
import HummingbirdTesting
import JOSE
import Metrics
import MetricsTestKit
import ServiceLifecycle
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

/// An application that says one line about its issuer, against a real one.
@Suite(.timeLimit(.minutes(10))) struct RemoteIssuerTests {
  /// Runs an issuer and an application that trusts it.
  private func serve(
    _ source: RevocationSource = .feed,
    _ body: @escaping @Sendable (FeedServer, RemoteIssuer, any TestClientProtocol) async throws -> Void
  ) async throws {
    try await FeedServer.run { feed in
      let issuer = try RemoteIssuer(
        for: feed.issuer.verifier(), revocations: source,
        fetch: IssuerFetch(
          issuer: feed.issuer.issuer, allowsPrivateAddresses: false,
          limits: FetchLimits(time: .seconds(300))),
        limits: .patient, logger: IssuerServer.silence, clocks: feed.clocks)
      let router = Router(context: OrdersContext.self)
      router.group().add(
        middleware: TokenMiddleware(
          verifier: issuer.verifier, keys: issuer.keys, revocations: issuer.revocations,
          clock: { feed.clock.now })
      ).get("me") { _, context in try context.requirePrincipal().subject }
      try await Application(router: router, services: [issuer], logger: IssuerServer.silence).test(.live) {
        try await body(feed, issuer, $0)
      }
    }
  }

  @Test func `a token that was revoked at the issuer is refused here as soon as the feed tells`() async throws
  {
    try await serve { feed, issuer, client in
      let token = try feed.issuer.token(["rv": "e1.0"])
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      await eventually { issuer.revocations.isFresh }
      for _ in 0..<2 {
        #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      }
      feed.revoke(.session, "s1")
      stream.send(event: try feed.token(feed.batch(after: 0)))
      await eventually { issuer.revocations.view.count == 1 }
      let refused = try await client.send("/me", authorization: "Bearer \(token)")
      #expect(refused.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
      let later = try feed.issuer.token(["rv": "e1.1", "jti": "t2"])
      #expect(try await client.send("/me", authorization: "Bearer \(later)").status == .ok)
    }
  }

  @Test func `while the feed is not heard good tokens get 503, bad ones 401, and both recover`() async throws
  {
    try await serve { feed, issuer, client in
      let (token, expired) = (
        try feed.issuer.token(["rv": "e1.0"]),
        try feed.issuer.token(["exp": .integer(TestClock.start.seconds - 1)])
      )
      func expectStale() async throws {
        let answer = try await client.send("/me", authorization: "Bearer \(token)")
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers[.retryAfter] == "1" && answer.headers[.wwwAuthenticate] == nil)
        let bad = try await client.send("/me", authorization: "Bearer \(expired)")
        #expect(bad.status == .unauthorized)
      }
      let stream = await feed.stream(1)
      try await expectStale()
      stream.send(event: try feed.token(feed.batch()))
      await eventually { issuer.revocations.isFresh }
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      feed.clock.advance(by: .milliseconds(30_001))
      try await expectStale()
      stream.send(event: try feed.token(feed.batch()))
      await eventually { issuer.revocations.isFresh }
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
    }
  }

  @Test func `an application may let good tokens pass meanwhile, and they are counted`() async throws {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) {
      try await serve(.feed(staleness: .accept())) { feed, issuer, client in
        _ = await feed.stream(1)
        let token = try feed.issuer.token()
        #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
        #expect(!issuer.revocations.health.isFresh)
      }
    }
    #expect(metrics.counterTotal(label: "token_verification_stale_acceptances", dimensions: []) == 1)
  }

  @Test func `an issuer without a feed is used by its keys alone only when the application says so`()
    async throws
  {
    try await serve { feed, issuer, client in
      feed.publishMetadata(feed: nil)
      let token = try feed.issuer.token()
      await eventually { issuer.revocations.health.lastError?.contains("no revocation feed") == true }
      let answer = try await client.send("/me", authorization: "Bearer \(token)")
      #expect(answer.status == .serviceUnavailable)
    }
    try await serve(.none) { feed, issuer, client in
      feed.publishMetadata(feed: nil)
      let token = try feed.issuer.token()
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      #expect(issuer.revocations.health.isFresh && issuer.revocations.health.position == nil)
    }
  }

  @Test func `a key that the feed revokes is refused at once, and the issuer's keys are fetched again`()
    async throws
  {
    try await serve { feed, issuer, client in
      let token = try feed.issuer.token(["rv": "e1.0"])
      let stream = await feed.stream(1)
      stream.send(event: try feed.token(feed.batch()))
      await eventually { issuer.revocations.isFresh && !issuer.keys.snapshot.isEmpty }
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      feed.revoke(.key, "k1")
      try feed.server.publish(TestIssuer(issuer: feed.issuer.issuer, keyIDs: ["k2", "k3"]))
      feed.clock.advance(by: .seconds(29))
      stream.send(event: try feed.token(feed.batch(after: 0)))
      await eventually { issuer.revocations.view.count == 1 }
      let refused = try await client.send("/me", authorization: "Bearer \(token)")
      #expect(refused.status == .unauthorized)
      #expect(feed.server.count("/jwks") == 1, "the cool-down counts")
      feed.clock.advance(by: .seconds(1))
      await feed.server.wait(for: "/jwks", times: 2)
      await eventually { issuer.keys.snapshot.keyIDs == ["k2", "k3"] }
    }
  }

  // MARK: Where it connects to

  /// What the subscription says is wrong with a feed of this place.
  private func failure(of place: String, secret: FeedSecret? = nil) async throws -> String {
    try await FeedServer.run(returning: { feed in
      feed.publishMetadata(feed: place.replacing("ISSUER", with: feed.issuer.issuer))
      let subscription = try feed.subscription(secret: secret)
      return await withTaskGroup(of: Void.self) { group in
        group.addTask { do { try await subscription.run() } catch { #expect(error is CancellationError) } }
        await eventually { subscription.state.health.lastError != nil }
        group.cancelAll()
        return subscription.state.health.lastError ?? ""
      }
    })
  }

  @Test(arguments: [
    ("http://example.com/revocations", "not https"), ("https://10.0.0.1/revocations", "not a public address"),
    ("https://[fd00::1]/revocations", "not a public address"), ("file:///etc/passwd", "https://"),
    ("ISSUER/revocations?x=1", "query"), ("ISSUER/elsewhere", "status is 404"), ("", "https://"),
  ])
  func `T23 metadata cannot point a subscription to where the rules do not lead`(
    place: String, problem: String
  )
    async throws
  {
    let failure = try await failure(of: place)
    #expect(failure.contains(problem), "\(failure)")
  }

  @Test func `T23 a feed's redirect is not followed`() async throws {
    try await serve { feed, issuer, _ in
      feed.refuse(FeedServer.stream, with: .temporaryRedirect, location: "/elsewhere")
      await eventually { issuer.revocations.health.lastError?.contains("status is 307") == true }
      #expect(feed.server.count("/elsewhere") == 0)
    }
  }

  @Test func `a secret is shown to the feed, and to no server but the issuer's`() async throws {
    let secret = try FeedSecret("0123456789abcdef-secret")
    try await serve(.feed(secret: secret)) { feed, _, _ in
      #expect(await feed.stream(1).authorization == "Bearer 0123456789abcdef-secret")
    }
    let failure = try await failure(of: "https://feed.example.com/revocations", secret: secret)
    #expect(failure.contains("another origin"), "\(failure)")
    #expect(Mirror(reflecting: secret).children.isEmpty)
    #expect("\(secret)" == "FeedSecret" && String(reflecting: secret) == "FeedSecret")
  }

  @Test(arguments: ["", "short", "0123456789abcdef\r\nx: y", "0123456789abcdé0"])
  func `what is no bearer token is no secret of a feed, and is not shown`(text: String) {
    let error = #expect(throws: RemoteKeysError.self) { try FeedSecret(text) }
    #expect(text.isEmpty || error?.description.contains(text) == false)
  }
}
