internal import JOSE
internal import Metrics
internal import TokenVerification

/// What is counted of one key set. Made once: to ask for a counter costs more than to count.
///
/// A process may follow several sets: each has series of its own, by its issuer and by what it is.
struct KeyMetrics: Sendable {
  /// How a fetch ended.
  enum Outcome: String, CaseIterable {
    case success, unchanged, failure
  }

  private let fetches: [Outcome: Counter]
  private let new: Counter
  private let gone: Counter
  private let replaced: Counter
  private let usable: Gauge
  private let skipped: Gauge
  private let age: Gauge
  private let outage: Gauge

  /// - Parameters:
  ///   - issuer: whose keys they are.
  ///   - set: which of its key sets: `issuer`, `feed`, or a URL.
  init(of issuer: String, set: String) {
    let dimensions = [("issuer", issuer), ("set", set)]
    func changes(_ change: String) -> Counter {
      Counter(label: "token_verification_key_changes", dimensions: dimensions + [("change", change)])
    }
    func gauge(_ label: String) -> Gauge { Gauge(label: label, dimensions: dimensions) }
    let fetches = Outcome.allCases.map { outcome in
      (outcome, Counter(label: "token_verification_key_fetches", dimensions: [("outcome", outcome.rawValue)]))
    }
    self.fetches = Dictionary(uniqueKeysWithValues: fetches)
    (new, gone, replaced) = (changes("new"), changes("gone"), changes("replaced"))
    usable = gauge("token_verification_keys")
    skipped = gauge("token_verification_keys_skipped")
    age = gauge("token_verification_keys_age_seconds")
    outage = gauge("token_verification_keys_outage_seconds")
  }

  func count(_ outcome: Outcome) {
    fetches[outcome]?.increment()
  }

  func count(_ change: KeyChange) {
    new.increment(by: change.new)
    gone.increment(by: change.gone)
    replaced.increment(by: change.replaced)
  }

  func record(_ health: KeyHealth) {
    usable.record(health.usable)
    skipped.record(health.skipped)
    if let age = health.age { self.age.record(Double(age.wholeMilliseconds) / 1000) }
    outage.record(Double((health.outage ?? .zero).wholeMilliseconds) / 1000)
  }
}
