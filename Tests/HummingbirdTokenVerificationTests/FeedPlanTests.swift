import JOSE
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification

@Suite struct FeedPlanTests {
  private static let broken = RevocationFeedError("broken")

  private static func outcome(news: Bool = true, error: Bool = false, more: Bool = false)
    -> FeedPlan.Outcome
  {
    FeedPlan.Outcome(broughtNews: news, error: error ? broken : nil, hasMore: more)
  }

  /// The ways of so many attempts, one a second, each of which ends as `outcome` says.
  private static func ways(
    _ count: Int, of plan: inout FeedPlan, from second: Int = 0,
    _ outcome: (FeedPlan.Way) -> FeedPlan.Outcome
  ) -> [FeedPlan.Way] {
    (second..<second + count).map { second in
      let way = plan.begin(at: .seconds(second))
      _ = plan.end(outcome(way), after: .milliseconds(1), random: 0.5)
      return way
    }
  }

  @Test func `a stream that cannot be had twice gives way to questions, and these to snapshots`() {
    var plan = FeedPlan()
    let ways = Self.ways(8, of: &plan) { way in Self.outcome(news: way == .snapshot, error: way != .snapshot)
    }
    #expect(ways == [.stream, .stream, .poll, .snapshot, .poll, .snapshot, .poll, .snapshot])
  }

  @Test func `while nothing at all can be had, everything is tried in turn`() {
    var plan = FeedPlan()
    let ways = Self.ways(8, of: &plan) { _ in Self.outcome(news: false, error: true) }
    #expect(ways == [.stream, .stream, .poll, .snapshot, .stream, .poll, .snapshot, .stream])
  }

  @Test func `while questions are answered they are asked, and after a minute a stream is tried`() {
    var plan = FeedPlan()
    let ways = Self.ways(62, of: &plan) { way in
      way == .stream ? Self.outcome(news: false, error: true) : Self.outcome()
    }
    #expect(ways.prefix(2) == [.stream, .stream] && ways.dropFirst(2).prefix(59).allSatisfy { $0 == .poll })
    #expect(ways.last == .stream)
    #expect(plan.begin(at: .seconds(62)) == .poll, "it cannot be had still")
  }

  @Test func `a stream that brings news is what is gone on with, also when it breaks`() {
    var plan = FeedPlan()
    #expect(Self.ways(5, of: &plan) { _ in Self.outcome(error: true) }.allSatisfy { $0 == .stream })
    let failing = Self.ways(3, of: &plan, from: 5) { _ in Self.outcome(news: false, error: true) }
    #expect(failing == [.stream, .stream, .poll])
    let again = Self.ways(3, of: &plan, from: 70) { way in Self.outcome(news: way == .stream) }
    #expect(again == [.stream, .stream, .stream])
  }

  @Test func `pauses double up to ten seconds, and lie anywhere below`() {
    var plan = FeedPlan()
    var longest: [Int64] = []
    for attempt in 0..<10 {
      _ = plan.begin(at: .seconds(attempt))
      var other = plan
      let failure = Self.outcome(news: false, error: true)
      #expect(other.end(failure, after: .zero, random: 0) == .zero)
      longest.append(plan.end(failure, after: .zero, random: 1).wholeMilliseconds)
    }
    #expect(longest == [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000])
  }

  @Test func `a stream that lasted is followed at once, one that ends as it begins is not`() {
    var plan = FeedPlan()
    for attempt in 0..<6 {
      _ = plan.begin(at: .seconds(attempt))
      #expect(plan.end(Self.outcome(), after: .seconds(5), random: 1) == .milliseconds(100))
    }
    var pauses: [Duration] = []
    for attempt in 0..<4 {
      _ = plan.begin(at: .seconds(attempt))
      pauses.append(plan.end(Self.outcome(), after: .milliseconds(20), random: 1))
    }
    #expect(pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1_600)])
  }

  @Test func `a server that asks to be left alone is`() {
    for (asked, pause): (Duration, Duration) in [
      (.seconds(2), .milliseconds(2_050)), (.seconds(3_600), .milliseconds(10_050)),
    ] {
      var plan = FeedPlan()
      _ = plan.begin(at: .zero)
      let busy = FeedPlan.Outcome(
        broughtNews: false, error: RevocationFeedError("the status is 503", retryAfter: asked))
      #expect(plan.end(busy, after: .zero, random: 0.5) == pause)
    }
  }

  @Test func `an answer that waited, or has more behind it, is followed by a question at once`() {
    var plan = FeedPlan()
    _ = Self.ways(2, of: &plan) { _ in Self.outcome(news: false, error: true) }
    for (outcome, duration, pause): (FeedPlan.Outcome, Duration, Duration) in [
      (Self.outcome(), .seconds(15), .zero), (Self.outcome(more: true), .zero, .zero),
      (Self.outcome(), .milliseconds(3), .milliseconds(3_750)),
    ] {
      #expect(plan.begin(at: .seconds(3)) == .poll)
      #expect(plan.end(outcome, after: duration, random: 0.5) == pause)
    }
  }

  @Test func `snapshots are seconds apart`() {
    var plan = FeedPlan()
    _ = Self.ways(3, of: &plan) { _ in Self.outcome(news: false, error: true) }
    #expect(plan.begin(at: .seconds(3)) == .snapshot)
    #expect(plan.end(Self.outcome(), after: .seconds(2), random: 0) == .milliseconds(2_500))
    #expect(plan.failuresInARow == 0)
  }
}
