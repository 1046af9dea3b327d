/// How guessed passwords are slowed down. There is no way to turn it off.
package struct ThrottlePolicy: Hashable, Sendable {
  /// One account, guessed at from one address.
  package let pair: Throttle.Limit
  /// One account, guessed at from everywhere.
  package let account: Throttle.Limit
  /// One address, guessing at every account.
  package let address: Throttle.Limit
  /// False when all requests come from one proxy: then its address says nothing.
  package let knowsAddresses: Bool

  /// A policy.
  /// - Throws: ``PolicyError`` that names the setting.
  package init(
    guesses: Int = 10, longestDelay: Duration = .seconds(300), knowsAddresses: Bool = true
  ) throws(PolicyError) {
    guard (3...1000).contains(guesses) else {
      throw PolicyError(setting: "passwords.throttle.guesses", problem: "must be from 3 to 1000")
    }
    guard (.seconds(10) ... .seconds(3600)).contains(longestDelay) else {
      throw PolicyError(setting: "passwords.throttle.longest-delay", problem: "must be from 10s to 1h")
    }
    self.init(burst: Int64(guesses), longestDelay: longestDelay, knowsAddresses: knowsAddresses)
  }

  private init(burst: Int64, longestDelay: Duration, knowsAddresses: Bool) {
    pair = Throttle.Limit(burst: burst, longestDelay: longestDelay)
    let wide = Throttle.Limit(burst: burst * 10, longestDelay: min(longestDelay, .seconds(60)))
    account = wide
    address = wide
    self.knowsAddresses = knowsAddresses
  }

  /// What holds when nobody says otherwise.
  package static let standard = ThrottlePolicy(
    burst: 10, longestDelay: .seconds(300), knowsAddresses: true)

  /// How long an account is expected at an address after the right password there.
  static let trust: Duration = .seconds(30 * 86_400)
}
