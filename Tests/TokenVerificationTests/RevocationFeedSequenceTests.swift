import JOSE
import SignetTesting
import Testing

@testable import TokenVerification

/// A log that grows, begins other lives and forgets; a way on which its batches are lost, doubled, delayed
/// and overtaken; and what must hold of the feed at its end after each step.
@Suite struct RevocationFeedSequenceTests {
  @Test func `whatever becomes of batches on their way, the view is whole up to its position and its time`() {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    for _ in 0..<150 {
      var run = Run(skew: .seconds(Int64.random(in: -50...50, using: &generator)))
      for _ in 0..<150 { run.step(&generator, seed) }
      run.settle(seed)
    }
  }

  /// One entry of the log, and when it was committed.
  private struct Commit {
    let entry: RevocationEntry
    let epoch: Int
    let at: Timestamp
  }

  private struct Run {
    private static let issuer = "https://id.example.com"

    /// The time by the issuer's clock; this process's is off by `skew`.
    private var now = TestClock.start
    private let skew: Duration
    private var epoch = 0
    private var epochBegan = TestClock.start
    private var head: Int64 = 0
    private var commits: [Commit] = []
    private var readAt = TestClock.start
    private var revokedKeys: Set<String> = []
    private var key = 0

    private var way: [(batch: RevocationBatch, key: String)] = []
    private var feed = RevocationFeed(issuer: Self.issuer)
    private var last: (epoch: Int, sequence: Int64)?
    private var lastAsOf = Timestamp(seconds: 0)
    private var heardKeys: Set<String> = []

    init(skew: Duration) {
      self.skew = skew
    }

    private var clocks: ClockReading {
      ClockReading(time: now + skew, uptime: now - TestClock.start)
    }

    /// By both clocks: the issuer has not purged it, and this process has not dropped it.
    private func isAlive(_ entry: RevocationEntry) -> Bool {
      entry.expiresAt > max(now, clocks.time)
    }

    mutating func step(_ generator: inout SplitMix64, _ seed: Seed) {
      let longest = [20, 900, 9_000, 70_000][Int.random(in: 0..<4, using: &generator)]
      now = now + .milliseconds(Int64.random(in: 0...Int64(longest), using: &generator))
      if Bool.random(using: &generator) { readAt = now }
      switch Int.random(in: 0..<20, using: &generator) {
      case 0...5: commit(&generator)
      case 6...8: send(from: head)
      case 9...10: send(from: Int64.random(in: 0...head, using: &generator))
      case 11: send(from: 0)
      case 12 where Bool.random(using: &generator): beginEpoch()
      case 13 where way.count > 3: way.removeSubrange(0..<Int.random(in: 1..<way.count, using: &generator))
      default: arrive(&generator, seed)
      }
      check(seed)
    }

    /// In the end a snapshot arrives: then nothing is missing.
    mutating func settle(_ seed: Seed) {
      now = now + .seconds(1)
      readAt = now
      deliver(batch(from: 0), signedBy: "f\(key)", seed)
      check(seed)
      #expect(feed.position?.description == "e\(epoch).\(head)", seed.comment)
      for commit in commits where commit.epoch == epoch && isAlive(commit.entry) {
        let isHeld = feed.view.holds(commit.entry.subject)
        #expect(isHeld, seed.comment)
      }
    }

    // MARK: The issuer

    private mutating func commit(_ generator: inout SplitMix64) {
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        head += 1
        var subject = RevocationSubject(.session, id: "\(epoch).\(head)", issuer: Self.issuer)
        let isKey = Int.random(in: 0..<25, using: &generator) == 0
        if isKey {
          subject = RevocationSubject(.key, id: "f\(key)", issuer: Self.issuer)
          revokedKeys.insert("f\(key)")
          key += 1
        }
        let lasting = Int64.random(in: 1...900, using: &generator)
        let entry = RevocationEntry(
          sequence: head, subject: subject, ignoresPosition: isKey,
          expiresAt: now + .seconds(isKey ? 1_000_000 : lasting))
        commits.append(Commit(entry: entry, epoch: epoch, at: now))
      }
    }

    private mutating func beginEpoch() {
      epoch += 1
      (head, epochBegan, readAt) = (0, now, now)
    }

    private mutating func send(from: Int64) {
      way.append((batch(from: from), "f\(key)"))
    }

    private func batch(from: Int64) -> RevocationBatch {
      // What has expired is purged. The log was last read at `readAt`; its newest entries were told
      // meanwhile.
      let entries = commits.filter {
        $0.epoch == epoch && $0.entry.sequence > from && $0.entry.expiresAt > now
      }
      return RevocationBatch(
        epoch: "e\(epoch)", from: from, to: head, entries: entries.map(\.entry),
        asOf: Timestamp(seconds: readAt.seconds), signedAt: Timestamp(seconds: now.seconds))
    }

    // MARK: The way and its end

    private mutating func arrive(_ generator: inout SplitMix64, _ seed: Seed) {
      guard !way.isEmpty else { return }
      let place = Int.random(in: 0..<way.count, using: &generator)
      let sent = way[place]
      if Int.random(in: 0..<4, using: &generator) > 0 { way.remove(at: place) }
      let answer = deliver(sent.batch, signedBy: sent.key, seed)
      if answer == .needsSnapshot, Bool.random(using: &generator) {
        deliver(batch(from: 0), signedBy: "f\(key)", seed)
      }
    }

    @discardableResult
    private mutating func deliver(
      _ batch: RevocationBatch, signedBy key: String, _ seed: Seed
    ) -> RevocationFeed.Answer {
      let before = (feed.position, feed.freshness, feed.view.mark)
      let answer = feed.receive(batch, signedBy: key, at: clocks)
      switch answer {
      case .applied:
        #expect(feed.position?.epoch == batch.epoch, seed.comment)
        #expect(feed.position?.sequence ?? 0 >= batch.to, seed.comment)
        #expect(!heardKeys.contains(key), seed.comment)
      case .needsSnapshot: #expect(feed.position == before.0 && feed.freshness == before.1, seed.comment)
      case .refused:
        #expect(
          feed.position == before.0 && feed.freshness == before.1 && feed.view.mark == before.2, seed.comment)
      }
      heardKeys.formUnion(revokedKeys.filter { feed.view.revokes(keyID: $0, of: Self.issuer) })
      return answer
    }

    private mutating func check(_ seed: Seed) {
      for key in heardKeys {
        let isRevoked = feed.view.revokes(keyID: key, of: Self.issuer)
        #expect(isRevoked, seed.comment)
      }
      guard let position = feed.position, let freshness = feed.freshness,
        let life = Int(position.epoch.dropFirst())
      else { return }
      if let last {
        #expect(life > last.epoch || (life == last.epoch && position.sequence >= last.sequence), seed.comment)
        #expect(freshness.asOf >= lastAsOf, seed.comment)
      }
      (last, lastAsOf) = ((life, position.sequence), freshness.asOf)
      for commit in commits where commit.epoch == life && isAlive(commit.entry) {
        // Whole up to its position, and up to its time.
        guard commit.entry.sequence <= position.sequence || commit.at < freshness.asOf else { continue }
        let isHeld = feed.view.holds(commit.entry.subject)
        #expect(isHeld, seed.comment)
      }
      if life < epoch { #expect(freshness.asOf <= epochBegan, seed.comment) }
      // The time of day limits what delays can hide; both clocks and whole seconds limit that.
      let age = freshness.age(at: clocks)
      #expect(age >= now - freshness.asOf - .seconds(110), seed.comment)
    }
  }
}
