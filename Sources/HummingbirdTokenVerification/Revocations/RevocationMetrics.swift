internal import JOSE
internal import Metrics
internal import TokenVerification

/// What is counted of hearing a feed. Made once: to ask for a counter costs more than to count.
struct RevocationMetrics: Sendable {
  private let applied = Self.batches("applied")
  private let gaps = Self.batches("gap")
  private let refused = Self.batches("refused")
  private let isFresh = Gauge(label: "token_verification_revocations_fresh")
  private let age = Gauge(label: "token_verification_revocations_age_seconds")
  private let entries = Gauge(label: "token_verification_revocations")

  func count(_ answer: RevocationFeed.Answer) {
    switch answer {
    case .applied: applied.increment()
    case .needsSnapshot: gaps.increment()
    case .refused: refused.increment()
    }
  }

  func count(_ way: FeedPlan.Way, _ outcome: FeedPlan.Outcome) {
    let outcome = outcome.error == nil ? "success" : outcome.broughtNews ? "broken" : "failure"
    Counter(
      label: "token_verification_revocation_feeds", dimensions: [("way", way.rawValue), ("outcome", outcome)]
    ).increment()
  }

  func record(_ health: RevocationHealth) {
    isFresh.record(health.isFresh ? 1 : 0)
    if let age = health.age { self.age.record(Double(age.wholeMilliseconds) / 1000) }
    entries.record(health.count)
  }

  private static func batches(_ outcome: String) -> Counter {
    Counter(label: "token_verification_revocation_batches", dimensions: [("outcome", outcome)])
  }
}
