package import JOSE

/// A bucket of guesses: how many were spent, and since when nothing was. It holds no name and no address,
/// only a code made of them.
///
/// A bucket has `burst` guesses that may follow each other at once. Beyond them each must wait, twice as long
/// as the one before, up to `longestDelay`; for each `longestDelay` without a guess one is given back. So no
/// bucket is ever shut for longer than that: nobody is locked out for good.
package struct Throttle: Hashable, Sendable {
  package let key: ThrottleKey
  /// At most ``Limit/ceiling``, so that a long attack is forgotten as fast as a short one.
  package var spent: Int64
  /// When the last guess was spent.
  package var spentAt: Timestamp
  /// Until when the right password has been known here; only for an account at an address.
  package var trustedUntil: Timestamp?
  /// When the bucket is as good as none.
  package var expiresAt: Timestamp
  package var revision: Int64

  package init(
    key: ThrottleKey, spent: Int64 = 0, spentAt: Timestamp, trustedUntil: Timestamp? = nil,
    expiresAt: Timestamp, revision: Int64 = 0
  ) {
    self.key = key
    self.spent = spent
    self.spentAt = spentAt
    self.trustedUntil = trustedUntil
    self.expiresAt = expiresAt
    self.revision = revision
  }
}

extension Throttle {
  /// How many guesses a bucket has.
  package struct Limit: Hashable, Sendable {
    package let burst: Int64
    package let longestDelay: Duration

    package init(burst: Int64, longestDelay: Duration) {
      self.burst = burst
      self.longestDelay = longestDelay
    }

    /// Where the delay has long reached its longest.
    var ceiling: Int64 { burst + 16 }
  }

  package enum Decision: Hashable, Sendable {
    /// The guess may be made.
    /// - exhausts: whether the next one will have to wait, for the first time.
    case admit(Throttle, exhausts: Bool)
    case refuse(retryAfter: Duration)
  }

  /// Whether a guess may be made now, and what the bucket is after it.
  package func decide(_ limit: Limit, at now: Timestamp) -> Decision {
    let wait = wait(limit, at: now)
    guard wait <= .zero else { return .refuse(retryAfter: wait) }
    let before = remaining(limit, at: now)
    var next = self
    next.spent = min(before + 1, limit.ceiling)
    next.spentAt = now
    next.expire(limit)
    return .admit(next, exhausts: before + 1 == limit.burst)
  }

  /// The bucket with one guess given back: it was none.
  func returning(_ limit: Limit) -> Throttle {
    var next = self
    next.spent = max(0, spent - 1)
    next.expire(limit)
    return next
  }

  /// The bucket after the right password: full, and trusted for a while.
  func trusting(_ limit: Limit, until end: Timestamp) -> Throttle {
    var next = self
    next.spent = 0
    next.trustedUntil = end
    next.expire(limit)
    return next
  }

  package func isTrusted(at now: Timestamp) -> Bool {
    trustedUntil.map { now < $0 } ?? false
  }

  private func wait(_ limit: Limit, at now: Timestamp) -> Duration {
    let excess = spent - limit.burst
    guard excess >= 0 else { return .zero }
    let delay = min(Self.firstDelay * (1 << Int(min(excess, 16))), limit.longestDelay)
    let ready = spentAt + delay
    return ready > now ? min(.milliseconds(ready.milliseconds - now.milliseconds), delay) : .zero
  }

  /// What is still spent, when time has given guesses back. A clock that went back gives none.
  private func remaining(_ limit: Limit, at now: Timestamp) -> Int64 {
    let elapsed = max(0, now.milliseconds - spentAt.milliseconds)
    let period = max(1, limit.longestDelay.components.seconds * 1000)
    return max(0, spent - elapsed / period)
  }

  private mutating func expire(_ limit: Limit) {
    let refilled = spentAt + limit.longestDelay * Int(spent)
    expiresAt = max(refilled, trustedUntil ?? refilled)
  }

  private static let firstDelay: Duration = .seconds(5)
}
