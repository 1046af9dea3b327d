import Foundation
import HTTPTypes
import Hummingbird
import JOSE
import Metrics
import MetricsTestKit
import ServiceLifecycle
import SignetTesting
import Synchronization
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

/// How keys are kept current: asked for news alone, before they are old, and what of it is seen from outside.
@Suite(.timeLimit(.minutes(10))) struct KeySetChangeTests {
  private let server = IssuerServer()
  private let clock = TestClock()

  /// Runs an issuer's server, whose key set has a tag, and a service that follows it.
  private func follow(
    fields: HTTPFields = [.eTag: "\"v1\"", .cacheControl: "max-age=600"],
    _ body: @escaping @Sendable (_ issuer: TestIssuer, _ keys: RemoteKeys) async throws -> Void
  ) async throws {
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url, keyIDs: ["k1", "k2"])
      try server.publish(issuer, fields: fields)
      let fetch = try IssuerFetch(
        issuer: url, allowsPrivateAddresses: false, limits: FetchLimits(time: .seconds(300)))
      let keys = try RemoteKeys(
        for: issuer.verifier().policy, fetch: fetch, limits: KeyCacheLimits(), patience: .seconds(300),
        logger: IssuerServer.silence, clock: { [clock] in clock.now })
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { do { try await keys.run() } catch { #expect(error is CancellationError) } }
        defer { group.cancelAll() }
        await eventually { !keys.snapshot.isEmpty }
        try await body(issuer, keys)
      }
    }
  }

  /// Lets time pass until the next fetch is due, and waits for its end.
  private func refresh(_ keys: RemoteKeys, after time: Duration = .seconds(600)) async {
    clock.advance(by: time)
    let before = server.count("/jwks")
    let failed = keys.health.outage
    keys.work.raise()
    await eventually { [server] in
      server.count("/jwks") > before && (keys.health.age == .zero || keys.health.outage != failed)
    }
  }

  // MARK: Unchanged

  @Test func `T23 an issuer is asked for news alone, and unchanged keys are as good as fetched`() async throws
  {
    try await follow { issuer, keys in
      let snapshot = keys.snapshot
      server["/jwks"] = IssuerServer.Reply(status: .notModified, fields: [.eTag: "W/\"v1\""])
      for _ in 0..<3 {
        await refresh(keys)
        #expect(keys.health.isFresh && keys.health.lastError == nil && keys.snapshot.mark == snapshot.mark)
      }
      let asked = zip(server.requests, server.conditions).filter { $0.0 == "/jwks" }.map(\.1)
      #expect(asked == [nil, "\"v1\"", "\"v1\"", "\"v1\""])
      #expect(server.conditions.count { $0 != nil } == 3, "the metadata has no part in it")
      try server.publish(TestIssuer(issuer: issuer.issuer, keyIDs: ["k3"]), fields: [.eTag: "\"v2\""])
      await refresh(keys)
      #expect(keys.snapshot.keyIDs == ["k3"])
      await refresh(keys)
      #expect(server.conditions.last == "\"v2\"")
    }
  }

  @Test func `T23 a tag goes only to where it comes from`() async throws {
    try await follow { issuer, keys in
      server[IssuerServer.metadataPath] = IssuerServer.Reply(
        body: #"{"issuer":"\#(issuer.issuer)","jwks_uri":"\#(issuer.issuer)/keys"}"#)
      server["/keys"] = server["/jwks"]
      clock.advance(by: .seconds(600))
      keys.work.raise()
      await eventually { [server] in server.count("/keys") == 1 && keys.health.age == .zero }
      #expect(server.conditions.last == .some(nil))
    }
  }

  @Test(arguments: ["\"v2\"", "W/\"v2\""])
  func `T23 an answer that something else is unchanged is a failure`(tag: String) async throws {
    try await follow { _, keys in
      server["/jwks"] = IssuerServer.Reply(status: .notModified, fields: [.eTag: tag])
      await refresh(keys)
      #expect(keys.health.lastError?.contains("304") == true)
      #expect(!keys.health.isFresh && keys.health.usable == 2)
    }
  }

  @Test func `T23 unchanged, when nothing had been asked about a change, is a failure`() async throws {
    try await follow(fields: [.cacheControl: "max-age=600"]) { _, keys in
      server["/jwks"] = IssuerServer.Reply(status: .notModified)
      await refresh(keys)
      #expect(server.conditions.allSatisfy { $0 == nil })
      #expect(keys.health.lastError?.contains("304") == true && !keys.health.isFresh)
    }
  }

  @Test func `T23 keys that are known to have changed are asked for whole`() async throws {
    try await follow { _, keys in
      clock.advance(by: .seconds(31))
      keys.keysHaveChanged()
      await server.wait(for: "/jwks", times: 2)
      #expect(server.conditions.last == .some(nil))
    }
  }

  @Test func `T23 an answer that has grown old in a cache is fresh for the rest of its time`() async throws {
    let age = try #require(HTTPField.Name("age"))
    try await follow(fields: [.cacheControl: "max-age=600", age: "400"]) { _, keys in
      clock.advance(by: .milliseconds(199_999))
      #expect(keys.health.isFresh)
      clock.advance(by: .milliseconds(1))
      #expect(!keys.health.isFresh && keys.health.usable == 2)
    }
  }

  // MARK: Ahead

  @Test func `T23 keys are fetched before they are old, and no request waits for it`() async throws {
    try await follow { issuer, keys in
      let gate = Signal()
      server["/jwks"]?.gate = gate
      clock.advance(by: .seconds(575))
      keys.work.raise()
      await server.wait(for: "/jwks", times: 2)
      #expect(keys.health.isFresh, "it is not due yet")
      // The answer is not there, and who knows its key does not care.
      #expect(keys.snapshot.keyIDs == ["k1", "k2"])
      #expect(await keys.snapshot(afterMissing: "k1")["k1"] != nil)
      try server.publish(TestIssuer(issuer: issuer.issuer, keyIDs: ["k3"]))
      gate.raise()
      await eventually { keys.health.age == .zero }
    }
  }

  // MARK: Seen from outside

  @Test func `rotation and outage are seen in metrics and in the health`() async throws {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) {
      try await follow { issuer, keys in
        #expect(keys.health.usable == 2 && keys.health.outage == nil && keys.health.age == .zero)
        let rotated = try TestIssuer(issuer: issuer.issuer, keyIDs: ["k2", "k3"])
        let document = try rotated.published.json().encodedString()
        server["/jwks"]?.body = document.replacing(#"{"keys":["#, with: #"{"keys":[{"kty":"new"},"#)
        await refresh(keys)
        #expect(keys.health.usable == 2 && keys.health.skipped == 1)
        server["/jwks"] = IssuerServer.Reply(status: .internalServerError)
        await refresh(keys)
        clock.advance(by: .seconds(7))
        #expect(keys.health.outage == .seconds(7) && keys.health.age == .seconds(607))
        #expect(keys.health.lastError?.contains("500") == true && keys.health.usable == 2)
        let dimensions = [("issuer", issuer.issuer), ("set", "issuer")]
        for (change, count) in [("new", 3), ("gone", 1), ("replaced", 1)] {
          #expect(
            metrics.counterTotal(
              label: "token_verification_key_changes", dimensions: dimensions + [("change", change)]) == count
          )
        }
        keys.work.raise()
        @Sendable func gauge(_ label: String) -> Double? {
          do {
            return try metrics.expectGauge("token_verification_keys" + label, dimensions).lastValue
          } catch {
            return nil
          }
        }
        await eventually { (gauge("_outage_seconds") ?? 0) >= 7 }
        #expect(gauge("") == 2 && gauge("_skipped") == 1 && gauge("_age_seconds") == 607)
        server["/jwks"] = IssuerServer.Reply(body: document)
        await refresh(keys, after: .seconds(60))
        await eventually { gauge("_outage_seconds") == 0 && gauge("_skipped") == 0 }
        #expect(keys.health.outage == nil && keys.health.lastError == nil)
      }
    }
    func fetches(_ outcome: String) -> Int64 {
      metrics.counterTotal(label: "token_verification_key_fetches", dimensions: [("outcome", outcome)])
    }
    #expect(fetches("success") == 3 && fetches("failure") >= 1 && fetches("unchanged") == 0)
  }

  @Test func `docs metrics md names every metric of this module`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = String(
      decoding: try Data(contentsOf: root.appending(path: "docs/metrics.md")), as: UTF8.self)
    let folder = root.appending(path: "Sources/HummingbirdTokenVerification")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var names: Set<String> = []
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      names.formUnion(text.matches(of: /"(token_verification_[a-z_]+)"/).map { String($0.1) })
    }
    #expect(names.count >= 14)
    for name in names {
      #expect(page.contains("`\(name)`") || page.contains("`\(name)_total`"), "\(name)")
    }
  }

  // MARK: Read without a lock

  @Test func `T23 whoever has the keys needs no lock to know that they have not changed`() async throws {
    try await follow { issuer, keys in
      let first = keys.snapshot
      #expect(keys.isCurrent(first) && !keys.isCurrent(.empty))
      await refresh(keys)
      #expect(keys.isCurrent(first), "the same keys again")
      try server.publish(TestIssuer(issuer: issuer.issuer, keyIDs: ["k3"]))
      await refresh(keys)
      let second = keys.snapshot
      #expect(!keys.isCurrent(first) && keys.isCurrent(second))
      clock.advance(by: .milliseconds(86_399_999))
      #expect(keys.isCurrent(second) && !keys.snapshot.isEmpty)
      clock.advance(by: .milliseconds(1))
      #expect(!keys.isCurrent(second) && keys.isCurrent(.empty) && keys.snapshot.isEmpty)
    }
  }
}
