import Hummingbird
import HummingbirdTesting
import JOSE
import ServiceLifecycle
import SignetTesting
import Testing
import TokenVerification

@testable import HummingbirdTokenVerification

@Suite struct RemoteKeysTests {
  private let server = IssuerServer()
  private let clock = TestClock()

  /// Runs an issuer's server and a service that follows it.
  private func follow(
    keyIDs: [String] = ["k1", "k2"],
    _ body: @escaping @Sendable (_ issuer: TestIssuer, _ keys: RemoteKeys) async throws -> Void
  ) async throws {
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url, keyIDs: keyIDs)
      let keys = try remoteKeys(for: issuer)
      try server.publish(issuer)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await run(keys) }
        try await body(issuer, keys)
        group.cancelAll()
      }
    }
  }

  private func remoteKeys(for issuer: TestIssuer) throws -> RemoteKeys {
    // A busy machine is not what these tests are about.
    let fetch = try IssuerFetch(
      issuer: issuer.issuer, allowsPrivateAddresses: false, limits: FetchLimits(time: .seconds(300)))
    return try RemoteKeys(
      for: issuer.verifier().policy, fetch: fetch, limits: KeyCacheLimits(), patience: .seconds(300),
      logger: IssuerServer.silence, clock: { [clock] in clock.now })
  }

  @Test func `a resource server knows the issuer's URL and its own name, and that is enough`() async throws {
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      let verifier = try issuer.verifier()
      let keys = try RemoteKeys(for: verifier, logger: IssuerServer.silence)
      let router = Router(context: OrdersContext.self)
      router.group().add(middleware: TokenMiddleware(verifier: verifier, keys: keys, revocations: .none))
        .requiring(scopes: "orders:read").get("orders") { _, context in
          try context.requirePrincipal().subject
        }
      let token = try issuer.token(at: SystemClock.now())
      let stranger = try issuer.token(key: JWK.generate(.es256, keyID: "k9"), at: SystemClock.now())
      try await Application(router: router, services: [keys], logger: IssuerServer.silence).test(.live) {
        client in
        let answer = try await client.send("/orders", authorization: "Bearer \(token)")
        #expect(answer.status == .ok)
        #expect(String(buffer: answer.body) == "ada")
        for _ in 0..<5 {
          let refused = try await client.send("/orders", authorization: "Bearer \(stranger)")
          #expect(refused.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
        }
      }
      #expect(server.count("/jwks") == 1, "an unknown key within the cool-down causes no fetch")
    }
  }

  @Test func `a key set whose URL is given needs no metadata, and the issuer's name need be no URL`()
    async throws
  {
    try await server.run { url in
      let issuer = try TestIssuer(issuer: "orders team")
      server["/keys"] = IssuerServer.Reply(body: try issuer.published.json().encodedString())
      let keys = try RemoteKeys(
        for: issuer.verifier(), at: "\(url)/keys?of=orders", logger: IssuerServer.silence,
        clock: { [clock] in clock.now })
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await run(keys) }
        await eventually { !keys.snapshot.isEmpty }
        group.cancelAll()
      }
      #expect(server.requests == ["/keys"])
    }
  }

  @Test(arguments: [
    "http://id.example.com/keys", "https://u@id.example.com/keys", "https://id.example.com/keys#x", "",
  ])
  func `T23 a key set whose URL may not be fetched is refused at once`(place: String) throws {
    let verifier = try TestIssuer().verifier()
    #expect(throws: RemoteKeysError.self) {
      try RemoteKeys(for: verifier, at: place, logger: IssuerServer.silence)
    }
  }

  @Test func `a fetch that a request causes belongs to its trace, and one that is due to none`() async throws
  {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    try await follow { issuer, keys in
      await server.wait(for: "/jwks")
      while keys.snapshot.isEmpty { await Task.yield() }
      #expect(server.traces == [nil, nil])
      clock.advance(by: .seconds(31))
      let newer = try TestIssuer(issuer: issuer.issuer, keyIDs: ["k3"])
      try server.publish(newer)
      let found = await TraceContext.$current.withValue(TraceContext(traceparent: text)) {
        await keys.snapshot(afterMissing: "k3")
      }
      #expect(found["k3"] != nil)
      #expect(server.traces == [nil, nil, text, text])
    }
  }

  @Test func `T23 many requests at once cause one fetch, and all get its keys`() async throws {
    try await follow { _, keys in
      let found = await withTaskGroup(of: Bool.self) { group in
        for index in 0..<100 {
          group.addTask { await keys.snapshot(afterMissing: "k\(index % 2 + 1)").keyIDs == ["k1", "k2"] }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(found == 100)
      #expect(server.count("/jwks") == 1)
    }
  }

  @Test func `T23 an unknown key is asked for once, and again after the cool-down`() async throws {
    try await follow { issuer, keys in
      #expect(await keys.snapshot(afterMissing: "k1")["k1"] != nil)
      let rotated = try TestIssuer(issuer: issuer.issuer, keyIDs: ["k3"])
      try server.publish(rotated)
      for index in 0..<20 {
        #expect(await keys.snapshot(afterMissing: "x\(index)").keyIDs == ["k1", "k2"])
      }
      #expect(server.count("/jwks") == 1)
      clock.advance(by: .seconds(30))
      #expect(await keys.snapshot(afterMissing: "k3").keyIDs == ["k3"])
      #expect(keys.snapshot.epoch == 2)
      #expect(server.count("/jwks") == 2)
    }
  }

  @Test func `T23 keys serve on while the issuer fails, until the hard limit`() async throws {
    try await follow { _, keys in
      #expect(await keys.snapshot(afterMissing: "k1")["k1"] != nil)
      server["/jwks"] = IssuerServer.Reply(status: .internalServerError)
      clock.advance(by: .seconds(30))
      #expect(await keys.snapshot(afterMissing: "k9").keyIDs == ["k1", "k2"])
      await server.wait(for: "/jwks", times: 2)
      for _ in 0..<20 { _ = await keys.snapshot(afterMissing: "k9") }
      #expect(server.count("/jwks") == 2, "a failure has a cool-down too")
      clock.advance(by: .seconds(86_369))
      #expect(!keys.snapshot.isEmpty)
      clock.advance(by: .seconds(1))
      #expect(keys.snapshot.isEmpty)
    }
  }

  @Test func `an issuer that comes up later is found`() async throws {
    try await follow { issuer, keys in
      _ = await keys.snapshot(afterMissing: "k1")
      server[IssuerServer.metadataPath] = nil
      clock.advance(by: .seconds(30))
      #expect(await keys.snapshot(afterMissing: "k9")["k9"] == nil)
      try server.publish(TestIssuer(issuer: issuer.issuer, keyIDs: ["k9"]))
      clock.advance(by: .seconds(1))
      #expect(await keys.snapshot(afterMissing: "k9")["k9"] != nil)
    }
  }

  @Test func `a request that comes before the service runs waits for its first fetch`() async throws {
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      let keys = try remoteKeys(for: issuer)
      #expect(keys.snapshot.isEmpty)
      await withTaskGroup(of: KeySnapshot?.self) { group in
        group.addTask { await keys.snapshot(afterMissing: "k1") }
        await keys.work.wait(past: 0, atMost: .seconds(30))
        group.addTask {
          await run(keys)
          return nil
        }
        for await snapshot in group {
          guard let snapshot else { continue }
          #expect(snapshot["k1"] != nil)
          group.cancelAll()
        }
      }
    }
  }

  /// Runs the service until the task is cancelled.
  private func run(_ keys: RemoteKeys) async {
    do { try await keys.run() } catch { #expect(error is CancellationError) }
  }

  @Test func `a request that comes after the service has ended does not wait`() async throws {
    let issuer = try TestIssuer(issuer: "http://127.0.0.1:9")
    let keys = try remoteKeys(for: issuer)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await run(keys) }
      group.cancelAll()
    }
    #expect(await keys.snapshot(afterMissing: "k1").isEmpty)
  }

  @Test func `a policy with a symmetric algorithm has no published keys`() throws {
    let policy = try VerificationPolicy(
      issuer: "https://id.example.com", audience: "a", algorithms: [.es256, .hs256])
    #expect(throws: RemoteKeysError.self) {
      try RemoteKeys(for: TokenVerifier(policy: policy), logger: IssuerServer.silence)
    }
  }
}
