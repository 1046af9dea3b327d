import HummingbirdTokenVerification
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// The feed for who asks: by polls and snapshots, checked with its published keys.
@Suite(.timeLimit(.minutes(10))) struct FeedPollTests {
  @Test func `the metadata leads to the feed, and its keys are published apart from the others`() async throws
  {
    try await RunningAuthority.run { running in
      let metadata = try await running.api.get("/.well-known/oauth-authorization-server")
      #expect(metadata["revocation_feed_endpoint"] == "\(TestAuthority.issuer)/revocations")
      let answer = try await running.api.get("/revocations/jwks.json")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == ["application/jwk-set+json"])
      #expect(answer.headers["cache-control"] == ["public, max-age=900"])
      let tag = try #require(answer.headers.first(name: "etag"))
      #expect(try await running.api.get("/revocations/jwks.json", ["If-None-Match": tag]).status == 304)
      let (feed, main) = (
        try JWKSet(parsing: answer.body),
        try JWKSet(parsing: try await running.api.get("/.well-known/jwks.json").body)
      )
      #expect(feed.keys.count == 1 && main.keys.count == 2)
      #expect(Set(feed.keys.map(\.keyID)).isDisjoint(with: main.keys.map(\.keyID)))
      #expect(!String(decoding: answer.body, as: UTF8.self).contains("\"d\""))
    }
  }

  @Test func `a poll has what came after a place in the log, and a snapshot has everything`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let feed = try await FeedClient(running)
      let start = try await feed.poll()
      #expect(start.from == 0 && start.to == 0 && start.entries.isEmpty)
      #expect(start.asOf == running.clock.now && start.signedAt == running.clock.now)
      let sessions = try await [running.logIn(), running.logIn()]
      for tokens in sessions { _ = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer) }
      let subjects = sessions.map {
        RevocationSubject(.session, id: $0.session, issuer: TestAuthority.issuer)
      }
      let all = try await feed.poll(after: start.position)
      #expect(all.from == 0 && all.to == 2 && all.entries.map(\.subject) == subjects)
      #expect(all.entries.map(\.sequence) == [1, 2] && all.epoch == start.epoch)
      let rest = try await feed.poll(after: RevocationPosition(epoch: start.epoch, sequence: 1))
      #expect(rest.from == 1 && rest.to == 2 && rest.entries.map(\.subject) == [subjects[1]])
      // Who follows another node may be ahead.
      for sequence: Int64 in [2, 7] {
        let none = try await feed.poll(after: RevocationPosition(epoch: start.epoch, sequence: sequence))
        #expect(none.from == 2 && none.to == 2 && none.entries.isEmpty)
      }
      for batch in try await [feed.snapshot(), feed.poll(after: RevocationPosition("another.1"))] {
        #expect(batch.from == 0 && batch.to == 2 && Set(batch.entries.map(\.subject)) == Set(subjects))
      }
      running.clock.advance(by: .seconds(86_400))
      let late = try await feed.snapshot()
      #expect(late.to == 2 && late.entries.isEmpty, "what no token can meet any more is not sent")
    }
  }

  @Test func `a poll waits for the next batch, and not longer than it was asked to`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let feed = try await FeedClient(running)
      let start = try await feed.poll(wait: 25)
      let waiting = Task { try await feed.poll(after: start.position, wait: 25) }
      while running.service.hub.subscriberCount == 0 { await Task.yield() }
      running.service.hub.beatIfSilent()
      _ = try await running.api.send(.POST, "/api/v1/logout", tokens.bearer)
      let batch = try await waiting.value
      #expect(batch.from == 0 && batch.to == 1 && batch.entries.count == 1)
      #expect(running.service.hub.subscriberCount == 0)
      let none = try await feed.poll(after: batch.position, wait: 1)
      #expect(none.from == 1 && none.to == 1)
      // What is there already, and another life of the log, are not waited for.
      for position in [start.position, RevocationPosition(epoch: "another", sequence: 1)] {
        #expect(try await feed.poll(after: position, wait: 25).to == 1)
      }
    }
  }

  @Test func `more than a batch holds is a gap, and the snapshot has it all`() async throws {
    try await RunningAuthority.run { running in
      let feed = try await FeedClient(running)
      let start = try await feed.poll()
      try await running.revoke(sessions: 1_000)
      let full = try await feed.poll(after: start.position)
      #expect(full.from == 0 && full.to == 1_000 && full.entries.count == 1_000)
      try await running.revoke(sessions: 1)
      let gap = try await feed.poll(after: start.position)
      #expect(gap.from == 1_001 && gap.to == 1_001 && gap.entries.isEmpty)
      let snapshot = try await feed.snapshot()
      #expect(snapshot.from == 0 && snapshot.to == 1_001 && snapshot.entries.count == 1_001)
    }
  }

  @Test func `where very much is revoked, a poll has what was sent last, or shows the gap`() async throws {
    try await RunningAuthority.run { running in
      let feed = try await FeedClient(running)
      let start = try await feed.poll()
      try await running.revoke(sessions: 5_000)
      for (sequence, count): (Int64, Int) in [(4_990, 10), (4_000, 1_000), (3_999, 0), (100, 0)] {
        let batch = try await feed.poll(after: RevocationPosition(epoch: start.epoch, sequence: sequence))
        #expect(batch.to == 5_000 && batch.entries.count == count)
        #expect(batch.from == (count > 0 ? sequence : 5_000))
      }
      // As after a restart: nothing was sent yet.
      let hub = running.service.hub
      hub.begin(at: RevocationPosition(epoch: start.epoch, sequence: 5_000), readAt: hub.uptime())
      for wait in [nil, 25] {
        let batch = try await feed.poll(
          after: RevocationPosition(epoch: start.epoch, sequence: 4_990), wait: wait)
        #expect(batch.from == 5_000 && batch.to == 5_000, "and at once, for there is more")
      }
      #expect(try await feed.snapshot().entries.count == 5_000)
    }
  }

  @Test func `a place or a time that is none is refused by its name`() async throws {
    try await RunningAuthority.run { running in
      for (query, field) in [
        ("after=e", "after"), ("after=e.-1", "after"), ("after=e.01", "after"), ("wait=26", "wait"),
        ("wait=-1", "wait"), ("wait=x", "wait"), ("after=", "after"),
      ] {
        let answer = try await running.api.get("/revocations?\(query)")
        #expect(
          answer.status == 422 && answer.code == "invalid_field" && answer["field"] == field, "\(query)")
      }
      #expect(try await running.api.get("/revocations/stream?after=e.x").status == 422)
    }
  }

  @Test func `a feed that is off is not there`() async throws {
    var options = RunningAuthority.Options()
    options.feed.access = .off
    try await RunningAuthority.run(options) { running in
      for path in ["", "/stream", "/snapshot", "/jwks.json"] {
        #expect(try await running.api.get("/revocations\(path)").status == 404)
      }
      let metadata = try await running.api.get("/.well-known/oauth-authorization-server").json()
      #expect(metadata["revocation_feed_endpoint"] == nil)
    }
  }
}

extension RunningAuthority {
  /// Writes entries for so many sessions into the log, in one commit.
  func revoke(sessions count: Int) async throws {
    let drafts = (0..<count).map { _ in SessionID(from: .system) }
    let (policy, now) = (service.authority.policy, clock.now)
    try await service.storage.write { tx in
      try tx.append(Revocation.decide(.sessions(drafts), policy: policy, at: now))
    }
    while service.hub.place?.position.sequence != service.revocations.view.position?.sequence {
      await Task.yield()
    }
  }
}
