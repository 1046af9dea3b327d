import JOSE
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// In which order, and how far, the log is sent on, whatever order it was told in.
@Suite struct FeedBacklogTests {
  private static func entry(_ sequence: Int64, about id: String? = nil) -> RevocationEntry {
    RevocationEntry(
      sequence: sequence, subject: RevocationSubject(.session, id: id ?? "s\(sequence)", issuer: "i"),
      ignoresPosition: false, expiresAt: Timestamp(seconds: 1))
  }

  private static func page(_ from: Int64, _ to: Int64, _ sequences: Int64...) -> FeedBacklog.Page {
    FeedBacklog.Page(from: from, to: to, entries: sequences.map { entry($0) })
  }

  private func backlog(at head: Int64) -> FeedBacklog {
    var backlog = FeedBacklog()
    backlog.begin(at: head)
    return backlog
  }

  @Test func `what was told in order is sent in order, a batch at a time, and once`() {
    var backlog = backlog(at: 7)
    #expect(backlog.next(limit: 3) == nil)
    backlog.hear([Self.entry(8), Self.entry(9)])
    backlog.hear([Self.entry(10), Self.entry(11)])
    backlog.hear([Self.entry(9)])
    #expect(backlog.next(limit: 3) == Self.page(7, 10, 8, 9, 10))
    #expect(backlog.next(limit: 3) == Self.page(10, 11, 11))
    backlog.hear([Self.entry(9), Self.entry(11)])
    #expect(backlog.next(limit: 3) == nil)
    #expect(!backlog.hasHole)
  }

  @Test func `what follows a hole waits until the log was read`() {
    var backlog = backlog(at: 1)
    backlog.hear([Self.entry(2), Self.entry(5)])
    #expect(backlog.next(limit: 9) == Self.page(1, 2, 2))
    #expect(backlog.next(limit: 9) == nil && backlog.hasHole)
    // 4 was dropped from the log, or never was there; 6 has come meanwhile, and 7 is yet to be told.
    backlog.hear([Self.entry(3), Self.entry(5), Self.entry(6)], upTo: 6)
    #expect(backlog.next(limit: 9) == Self.page(2, 6, 3, 5, 6))
    #expect(!backlog.hasHole)
    backlog.hear([], upTo: 9)
    #expect(backlog.next(limit: 9) == Self.page(6, 9))
    #expect(backlog.next(limit: 9) == nil)
  }

  @Test func `what is told late is sent all the same, and moves nothing`() {
    var backlog = backlog(at: 5)
    backlog.hear([Self.entry(3), Self.entry(6), Self.entry(3, about: "another")])
    #expect(
      backlog.next(limit: 9)
        == FeedBacklog.Page(
          from: 5, to: 6, entries: [Self.entry(3), Self.entry(3, about: "another"), Self.entry(6)]))
    backlog.hear([Self.entry(4)])
    #expect(backlog.next(limit: 9) == Self.page(6, 6, 4))
  }

  @Test func `another life of the log begins behind what is known of it`() {
    var backlog = backlog(at: 5)
    backlog.hear([Self.entry(6), Self.entry(9)])
    backlog.begin(at: 8)
    #expect(backlog.next(limit: 9) == Self.page(8, 9, 9))
  }

  @Test func `in whatever order, pieces and repetitions it is told, everything is sent, without a hole`() {
    let seed = Seed.fromEnvironment()
    var generator = SplitMix64(seed: seed.value)
    for _ in 0..<200 {
      let all = (1...Int64.random(in: 1...40, using: &generator)).map { Self.entry($0) }
      var told = all + (0..<5).compactMap { _ in all.randomElement(using: &generator) }
      told.shuffle(using: &generator)
      var (backlog, head, received) = (backlog(at: 0), Int64(0), Set<RevocationEntry>())
      while !told.isEmpty {
        let count = Int.random(in: 1...told.count, using: &generator)
        backlog.hear(Array(told.prefix(count)))
        told.removeFirst(count)
        while let page = backlog.next(limit: 4) {
          #expect(page.from == head && page.entries.count <= 4, seed.comment)
          #expect(received.isDisjoint(with: page.entries), seed.comment)
          received.formUnion(page.entries)
          head = page.to
          #expect(Set(all.filter { $0.sequence <= head }).isSubset(of: received), seed.comment)
        }
      }
      #expect(received == Set(all) && head == Int64(all.count) && !backlog.hasHole, seed.comment)
    }
  }
}
