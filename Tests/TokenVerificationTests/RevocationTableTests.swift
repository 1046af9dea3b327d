import JOSE
import SignetTesting
import Testing

@testable import TokenVerification

@Suite struct RevocationTableTests {
  private static let now = TestClock.start

  private static func entry(_ subject: RevocationSubject, _ sequence: Int64, lasting: Duration)
    -> RevocationEntry
  {
    RevocationEntry(
      sequence: sequence, subject: subject, ignoresPosition: sequence % 3 == 0, expiresAt: now + lasting)
  }

  /// Even as digests are; all with one beginning; and with two that leave a wide gap.
  private static let ways: [@Sendable (inout SplitMix64) -> [UInt8]] = [
    { generator in (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) } },
    { generator in
      Array(repeating: 7, count: 13) + (0..<3).map { _ in .random(in: 0...255, using: &generator) }
    },
    { generator in
      [Bool.random(using: &generator) ? 0 : 255] + Array(repeating: 0, count: 12)
        + (0..<3).map { _ in .random(in: 0...255, using: &generator) }
    },
  ]

  @Test(arguments: 0..<3) func `it answers as a dictionary does, however its subjects lie`(way: Int) throws {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    var (table, model) = (RevocationTable.empty, [RevocationSubject: RevocationEntry]())
    var sequence: Int64 = 0
    for round in 0..<20 {
      let at = Self.now + .seconds(round)
      var newer: [RevocationSubject: RevocationEntry] = [:]
      for _ in 0..<Int.random(in: 0...400, using: &generator) {
        sequence += 1
        let known = Bool.random(using: &generator) ? model.keys.randomElement(using: &generator) : nil
        let subject = try #require(known ?? RevocationSubject(bytes: Self.ways[way](&generator)))
        newer[subject] = Self.entry(
          subject, sequence, lasting: .seconds(Int.random(in: 0...30, using: &generator)))
      }
      table = table.merging(newer.values, at: at)
      model = model.merging(newer) { $1 }.filter { $0.value.expiresAt > at }
      #expect(table.count == model.count, seed.comment)
      for (subject, entry) in model { #expect(table.entry(of: subject) == entry, seed.comment) }
      for _ in 0..<200 {
        let subject = try #require(RevocationSubject(bytes: Self.ways[way](&generator)))
        #expect(table.entry(of: subject) == model[subject], seed.comment)
      }
    }
  }

  @Test func `a view of many entries has each of them, whether it lies in the table or apart`() {
    let count = RevocationView.recentLimit * 3 + 10
    let subjects = (0..<count).map { RevocationSubject(.session, id: "\($0)", issuer: "i") }
    var view = RevocationView(epoch: "epoch")
    for (number, subject) in subjects.enumerated() {
      let lasting: Duration = number % 2 == 0 ? .seconds(100) : .seconds(900)
      view = view.applying([Self.entry(subject, Int64(number + 1), lasting: lasting)], at: Self.now)
    }
    #expect(view.count == count)
    // The same again, and late, changes nothing; what has expired goes.
    view = view.applying([Self.entry(subjects[0], 1, lasting: .seconds(100))], at: Self.now)
    #expect(view.count == count)
    #expect(view.applying([], at: Self.now + .seconds(500)).count == count / 2)
    #expect(view.applying([], at: Self.now + .seconds(900)).count == 0)
  }
}
