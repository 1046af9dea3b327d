import JOSE
import SignetTesting
import Testing

@testable import TokenVerification

@Suite struct RevocationFeedTests {
  private static let issuer = "https://id.example.com"
  private static let start = TestClock.start

  private static func subject(_ id: String, _ kind: RevocationSubject.Kind = .session) -> RevocationSubject {
    RevocationSubject(kind, id: id, issuer: issuer)
  }

  private static func entry(_ sequence: Int64, _ kind: RevocationSubject.Kind = .session, _ id: String)
    -> RevocationEntry
  {
    RevocationEntry(
      sequence: sequence, subject: subject(id, kind), ignoresPosition: kind == .key || kind == .token,
      expiresAt: start + .seconds(3600))
  }

  /// A batch of the log's range (from, to], with an entry for each of `sessions`, named after its number.
  private static func batch(
    _ range: ClosedRange<Int64>, sessions: [Int64] = [], others: [RevocationEntry] = [],
    epoch: String = "e1", asOf: Int64 = 0, signed: Int64? = nil
  ) -> RevocationBatch {
    RevocationBatch(
      epoch: epoch, from: range.lowerBound, to: range.upperBound,
      entries: sessions.map { entry($0, .session, "s\($0)") } + others, asOf: start + .seconds(asOf),
      signedAt: start + .seconds(signed ?? asOf))
  }

  /// Both clocks, so many seconds after the start; the time of day may be off by some.
  private static func seconds(_ seconds: Int64, off: Int64 = 0) -> ClockReading {
    ClockReading(time: start + .seconds(seconds + off), uptime: .seconds(1_000 + seconds))
  }

  /// A feed that has had a snapshot up to entry 5, with one for session s5.
  private static func followed() -> RevocationFeed {
    var feed = RevocationFeed(issuer: issuer)
    #expect(receive(batch(0...5, sessions: [5]), &feed) == .applied)
    return feed
  }

  private static func receive(
    _ batch: RevocationBatch, _ feed: inout RevocationFeed, key: String = "f1", at second: Int64 = 0
  ) -> RevocationFeed.Answer {
    feed.receive(batch, signedBy: key, at: seconds(second))
  }

  // MARK: Positions

  @Test func `before the first snapshot nothing is known, and a batch of a part is none`() {
    var feed = RevocationFeed(issuer: Self.issuer)
    #expect(feed.position == nil && feed.freshness == nil)
    #expect(Self.receive(Self.batch(5...5), &feed) == .needsSnapshot)
    #expect(feed.position == nil && feed.freshness == nil && feed.view.count == 0)
    #expect(Self.receive(Self.batch(0...5, sessions: [5]), &feed) == .applied)
    #expect(feed.position == RevocationPosition(epoch: "e1", sequence: 5))
    #expect(feed.view.holds(Self.subject("s5")) && feed.freshness != nil)
  }

  @Test func `a log without entries is known whole by its first heartbeat`() {
    var feed = RevocationFeed(issuer: Self.issuer)
    #expect(Self.receive(Self.batch(0...0), &feed) == .applied)
    #expect(feed.position == RevocationPosition(epoch: "e1", sequence: 0))
  }

  @Test func `a batch that follows moves the position to its end, also over entries that are gone`() {
    var feed = Self.followed()
    #expect(Self.receive(Self.batch(5...9, sessions: [7]), &feed) == .applied)
    #expect(feed.position?.sequence == 9)
    #expect(Self.receive(Self.batch(7...12, sessions: [8, 12]), &feed) == .applied, "it may overlap")
    #expect(feed.position?.sequence == 12)
    #expect(["s5", "s7", "s8", "s12"].allSatisfy { feed.view.holds(Self.subject($0)) })
  }

  @Test func `a gap moves neither position nor time, but what the batch says counts`() {
    var feed = Self.followed()
    let before = feed.freshness
    #expect(Self.receive(Self.batch(6...9, sessions: [8], asOf: 9), &feed, at: 9) == .needsSnapshot)
    #expect(feed.position?.sequence == 5 && feed.freshness == before)
    #expect(feed.view.holds(Self.subject("s8")))
    #expect(
      Self.receive(Self.batch(9...10, sessions: [10], asOf: 9), &feed, at: 9) == .needsSnapshot,
      "an entry that is known closes no gap")
    #expect(Self.receive(Self.batch(0...10, sessions: [5, 6, 8, 10], asOf: 9), &feed, at: 9) == .applied)
    #expect(feed.position?.sequence == 10 && feed.freshness?.asOf == Self.start + .seconds(9))
  }

  @Test func `a batch that comes again, or late, changes nothing, and the position never goes back`() {
    var feed = Self.followed()
    let batches = [Self.batch(5...6, sessions: [6]), Self.batch(6...8, sessions: [8])]
    for batch in batches { #expect(Self.receive(batch, &feed) == .applied) }
    let mark = feed.view.mark
    for batch in batches + [Self.batch(0...5, sessions: [5])] {
      #expect(Self.receive(batch, &feed) == .applied)
      #expect(feed.position?.sequence == 8 && feed.view.count == 3)
    }
    #expect(Self.receive(Self.batch(8...8), &feed) == .applied)
    #expect(feed.view.mark != mark, "entries were told again")
    let later = feed.view.mark
    #expect(Self.receive(Self.batch(8...8), &feed) == .applied)
    #expect(feed.view.mark == later, "a heartbeat makes no token be looked at again")
  }

  @Test func `an entry that is told late counts, whatever its number`() {
    var feed = Self.followed()
    let late = Self.batch(5...6, others: [Self.entry(2, .session, "s2"), Self.entry(0, .key, "k0")])
    #expect(Self.receive(late, &feed) == .applied)
    #expect(feed.view.holds(Self.subject("s2")) && feed.view.revokes(keyID: "k0", of: Self.issuer))
  }

  // MARK: Lives of the log

  @Test func `another life of the log takes the place of the view when all of it is there`() {
    var feed = Self.followed()
    #expect(Self.receive(Self.batch(5...6, others: [Self.entry(6, .key, "k1")]), &feed) == .applied)
    #expect(
      Self.receive(Self.batch(3...3, epoch: "e2", asOf: 1), &feed, at: 1) == .needsSnapshot,
      "what the new log began with is not known")
    #expect(feed.position == RevocationPosition(epoch: "e1", sequence: 6))
    #expect(Self.receive(Self.batch(0...3, sessions: [1], epoch: "e2", asOf: 1), &feed, at: 1) == .applied)
    #expect(feed.position == RevocationPosition(epoch: "e2", sequence: 3))
    #expect(!feed.view.holds(Self.subject("s5")) && feed.view.holds(Self.subject("s1")))
    #expect(feed.view.revokes(keyID: "k1", of: Self.issuer), "a key is not trusted again")
  }

  @Test func `a life that was left does not come back`() {
    var feed = Self.followed()
    #expect(Self.receive(Self.batch(0...0, epoch: "e2", asOf: 1), &feed, at: 1) == .applied)
    #expect(Self.receive(Self.batch(0...0, epoch: "e3", asOf: 2), &feed, at: 2) == .applied)
    for epoch in ["e1", "e2"] {
      for range: ClosedRange<Int64> in [0...9, 5...6, 9...9] {
        let old = Self.batch(range, sessions: [range.upperBound], epoch: epoch, asOf: 50)
        #expect(Self.receive(old, &feed, at: 50) == .refused(.formerEpoch))
      }
    }
    #expect(feed.position == RevocationPosition(epoch: "e3", sequence: 0) && feed.view.count == 0)
    #expect(feed.freshness?.asOf == Self.start + .seconds(2))
  }

  @Test func `another life that is no younger than what is known is refused`() {
    var feed = Self.followed()
    #expect(Self.receive(Self.batch(5...5, asOf: 20), &feed, at: 20) == .applied)
    #expect(Self.receive(Self.batch(0...1, epoch: "e0", asOf: 19), &feed, at: 21) == .refused(.older))
    #expect(Self.receive(Self.batch(0...1, epoch: "e0", asOf: 20), &feed, at: 21) == .refused(.older))
    #expect(Self.receive(Self.batch(4...4, epoch: "e0", asOf: 19), &feed, at: 21) == .refused(.older))
    #expect(feed.position?.epoch == "e1")
    #expect(Self.receive(Self.batch(0...1, epoch: "e2", asOf: 21), &feed, at: 21) == .applied)
  }

  // MARK: Keys

  @Test func `a batch by a key that is revoked is refused, whatever it says`() {
    var feed = Self.followed()
    #expect(
      Self.receive(Self.batch(5...6, others: [Self.entry(6, .key, "f1")]), &feed, key: "f2") == .applied)
    let before = feed.view.count
    for batch in [
      Self.batch(6...7, sessions: [7], asOf: 5), Self.batch(0...9, epoch: "e2", asOf: 5), Self.batch(9...9),
    ] {
      #expect(Self.receive(batch, &feed, key: "f1", at: 5) == .refused(.revokedKey))
    }
    #expect(feed.position == RevocationPosition(epoch: "e1", sequence: 6) && feed.view.count == before)
    #expect(feed.freshness?.asOf == Self.start)
    #expect(Self.receive(Self.batch(6...7, sessions: [7]), &feed, key: "f2") == .applied)
  }

  @Test func `a batch that revokes its own key is refused, and its key with the next one`() {
    var feed = Self.followed()
    let own = Self.batch(5...6, others: [Self.entry(6, .key, "f1")])
    #expect(Self.receive(own, &feed, key: "f1") == .refused(.revokedKey))
    #expect(feed.position?.sequence == 5 && !feed.view.revokes(keyID: "f1", of: Self.issuer))
    #expect(Self.receive(own, &feed, key: "f2") == .applied)
    #expect(Self.receive(Self.batch(6...6), &feed, key: "f1") == .refused(.revokedKey))
  }

  @Test func `a key stays revoked in the next life of the log`() {
    var feed = Self.followed()
    #expect(
      Self.receive(Self.batch(5...6, others: [Self.entry(6, .key, "f1")]), &feed, key: "f2") == .applied)
    let next = Self.batch(0...0, epoch: "e2", asOf: 1)
    #expect(Self.receive(next, &feed, key: "f2", at: 1) == .applied)
    #expect(Self.receive(next, &feed, key: "f1", at: 1) == .refused(.revokedKey))
  }

  @Test func `an access token's key of the same name signs no batch either`() {
    var feed = Self.followed()
    let session = Self.batch(5...6, others: [Self.entry(6, .session, "f1"), Self.entry(6, .key, "F1")])
    #expect(Self.receive(session, &feed, key: "f1") == .applied, "a session of that name is no key")
  }

  // MARK: Age

  @Test func `the age counts from the issuer's look at its log, by this process's uptime`() throws {
    var feed = RevocationFeed(issuer: Self.issuer)
    // The issuer's clock is 40 s ahead, and it read its log 7 s before it signed.
    let batch = Self.batch(0...0, asOf: 33, signed: 40)
    #expect(feed.receive(batch, signedBy: "f1", at: Self.seconds(0)) == .applied)
    let freshness = try #require(feed.freshness)
    #expect(freshness.asOf == Self.start + .seconds(33))
    #expect(freshness.age(at: Self.seconds(0)) == .seconds(7))
    #expect(freshness.age(at: Self.seconds(10)) == .seconds(17))
    #expect(freshness.age(at: Self.seconds(10, off: -7200)) == .seconds(17), "the time of day was set back")
  }

  @Test func `what was held back on its way is old, by the time of day`() throws {
    var feed = Self.followed()
    // Signed at 100, here at 300: nobody can tell but by the clock, which may differ by a minute.
    #expect(Self.receive(Self.batch(5...5, asOf: 100), &feed, at: 300) == .applied)
    let freshness = try #require(feed.freshness)
    #expect(freshness.age(at: Self.seconds(300)) == .seconds(140))
    #expect(freshness.age(at: Self.seconds(300, off: -60)) == .seconds(80))
    #expect(freshness.age(at: Self.seconds(300, off: -200)) == .zero)
  }

  @Test func `a batch that is sent again makes nothing younger`() throws {
    var feed = Self.followed()
    let old = Self.batch(5...5, asOf: 10)
    #expect(Self.receive(old, &feed, at: 10) == .applied)
    #expect(Self.receive(Self.batch(5...5, asOf: 20), &feed, at: 20) == .applied)
    for second: Int64 in [25, 30, 40] {
      #expect(Self.receive(old, &feed, at: second) == .applied)
      #expect(Self.receive(Self.batch(5...5, asOf: 20), &feed, at: second) == .applied)
      #expect(feed.freshness?.age(at: Self.seconds(second)) == .seconds(second - 20))
    }
    #expect(
      Self.receive(Self.batch(5...5, asOf: 20, signed: 44), &feed, at: 41) == .applied,
      "of one look, the earliest that it can have been")
    #expect(feed.freshness?.age(at: Self.seconds(41)) == .seconds(24))
  }

  @Test func `a heartbeat without a look at the log makes nothing younger`() throws {
    var feed = Self.followed()
    for second: Int64 in [5, 10, 15] {
      let beat = Self.batch(5...5, asOf: 0, signed: second)
      #expect(Self.receive(beat, &feed, at: second) == .applied)
      #expect(feed.freshness?.age(at: Self.seconds(second)) == .seconds(second))
    }
  }

  // MARK: Signatures

  @Test func `what is received has been verified`() throws {
    let jwk = try JWK.generate(.edDSA, keyID: "f1")
    let keys = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try jwk.publicKey()]), algorithms: RevocationBatchVerifier.algorithms)
    let verifier = try RevocationBatchVerifier(issuer: Self.issuer)
    let token = Array(try Self.batch(0...2, sessions: [2]).token(of: Self.issuer, with: SigningKey(jwk)).utf8)
    var feed = RevocationFeed(issuer: Self.issuer)
    let batch = try verifier.verify(token, with: keys, at: Self.start)
    #expect(feed.receive(batch, at: Self.seconds(0)) == .applied)
    #expect(feed.position?.sequence == 2)
  }
}
