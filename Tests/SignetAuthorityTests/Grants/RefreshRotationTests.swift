import JOSE
import SignetAuthority
import SignetTesting
import Testing

/// The table of the design, row by row.
@Suite struct RefreshRotationTests {
  private static let grace: Duration = .seconds(10)
  private static let key: [UInt8] = Array(repeating: 1, count: 32)
  private static let otherKey: [UInt8] = Array(repeating: 1, count: 31) + [2]

  struct Row: Sendable, CustomTestStringConvertible {
    let what: String
    let presented: Int64
    /// After the rotation to generation 5.
    let milliseconds: Int64
    var boundKey: [UInt8]?
    var keptRetryKey: [UInt8]?
    var shownKey: [UInt8]?
    var shownRetryKey: [UInt8]?
    let decision: RefreshRotation.Decision

    var testDescription: String { what }
  }

  private static let rows: [Row] = [
    Row(what: "the current generation", presented: 5, milliseconds: 1, decision: .advance),
    Row(
      what: "the current generation, long after", presented: 5, milliseconds: 9_999_999, decision: .advance),
    Row(
      what: "current − 1 at once", presented: 4, milliseconds: 0, decision: .repeatSuccessor(.withinGrace)),
    Row(
      what: "current − 1 at the end of the grace", presented: 4, milliseconds: 10_000,
      decision: .repeatSuccessor(.withinGrace)),
    Row(what: "current − 1 just after the grace", presented: 4, milliseconds: 10_001, decision: .reuse),
    Row(
      what: "current − 1 after the clock was stepped back", presented: 4, milliseconds: -60_000,
      decision: .repeatSuccessor(.withinGrace)),
    Row(
      what: "current − 1 later, with the key that it is bound to", presented: 4, milliseconds: 99_000,
      boundKey: key, shownKey: key, decision: .repeatSuccessor(.senderKey)),
    Row(
      what: "current − 1 later, with another key", presented: 4, milliseconds: 99_000, boundKey: key,
      shownKey: otherKey, decision: .reuse),
    Row(
      what: "current − 1 later, bound, without a key", presented: 4, milliseconds: 99_000, boundKey: key,
      decision: .reuse),
    Row(
      what: "current − 1 later, unbound, with a key of one's own", presented: 4, milliseconds: 99_000,
      shownKey: key, decision: .reuse),
    Row(
      what: "current − 1 later, with the retry key of the rotation", presented: 4, milliseconds: 99_000,
      keptRetryKey: key, shownRetryKey: key, decision: .repeatSuccessor(.retryKey)),
    Row(
      what: "current − 1 later, with another retry key", presented: 4, milliseconds: 99_000,
      keptRetryKey: key, shownRetryKey: otherKey, decision: .reuse),
    Row(
      what: "current − 1 later, with a retry key where none was kept", presented: 4, milliseconds: 99_000,
      shownRetryKey: key, decision: .reuse),
    Row(
      what: "current − 1 later, without the retry key that was kept", presented: 4, milliseconds: 99_000,
      keptRetryKey: key, decision: .reuse),
    Row(
      what: "a retry key is no sender key", presented: 4, milliseconds: 99_000, boundKey: key,
      shownRetryKey: key, decision: .reuse),
    Row(what: "current − 2 at once", presented: 3, milliseconds: 0, decision: .reuse),
    Row(
      what: "current − 2 with every proof", presented: 3, milliseconds: 0, boundKey: key, keptRetryKey: key,
      shownKey: key, shownRetryKey: key, decision: .reuse),
    Row(what: "the first, long spent", presented: 1, milliseconds: 0, decision: .reuse),
    Row(what: "one newer than current", presented: 6, milliseconds: 0, decision: .fromFuture),
    Row(
      what: "much newer, with every proof", presented: .max, milliseconds: 0, boundKey: key,
      keptRetryKey: key, shownKey: key, shownRetryKey: key, decision: .fromFuture),
  ]

  @Test(arguments: rows)
  func `A4 a presented generation is decided as the table says`(row: Row) {
    let rotatedAt = TestClock.start
    let grant = Grant(
      id: GrantID(from: .seeded(Seed(1))), session: SessionID(from: .seeded(Seed(2))), client: .firstParty,
      scopes: [], resources: ["a"], senderKey: row.boundKey, generation: 5, rotatedAt: rotatedAt,
      retryKeyHash: row.keptRetryKey, createdAt: rotatedAt)
    let decision = RefreshRotation.decide(
      presented: row.presented, grant: grant,
      proof: .init(retryKeyHash: row.shownRetryKey, senderKey: row.shownKey), grace: Self.grace,
      at: rotatedAt + .milliseconds(row.milliseconds))
    #expect(decision == row.decision)
  }

  @Test func `without a grace only the same instant repeats`() {
    let grant = Grant(
      id: GrantID(from: .seeded(Seed(1))), session: SessionID(from: .seeded(Seed(2))), client: .firstParty,
      scopes: [], resources: ["a"], generation: 2, rotatedAt: TestClock.start, createdAt: TestClock.start)
    func decide(after milliseconds: Int64) -> RefreshRotation.Decision {
      RefreshRotation.decide(
        presented: 1, grant: grant, proof: .init(), grace: .zero,
        at: TestClock.start + .milliseconds(milliseconds))
    }
    #expect(decide(after: 0) == .repeatSuccessor(.withinGrace))
    #expect(decide(after: 1) == .reuse)
  }
}
