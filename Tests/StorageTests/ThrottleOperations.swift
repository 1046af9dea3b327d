import SignetAuthority
import SignetTesting

/// A bucket that random operations meet again.
struct NumberedThrottle: Hashable, Sendable {
  let number: UInt8
  let expires: Int64
  let isTrusted: Bool

  static func key(_ number: UInt8) throws -> ThrottleKey {
    guard let key = ThrottleKey(bytes: [UInt8](repeating: number, count: 16)) else { throw FixtureError() }
    return key
  }

  func throttle() throws -> Throttle {
    Throttle(
      key: try Self.key(number), spent: Int64(number), spentAt: .after(expires),
      trustedUntil: isTrusted ? .after(expires) : nil, expiresAt: .after(expires))
  }
}

extension Operation {
  func runOnThrottles(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertThrottle(let new): try tx.insert(try new.throttle())
    case .spendThrottle(let number, let isStale):
      guard var throttle = try tx.throttle(try NumberedThrottle.key(number)) else { return .absent }
      throttle.revision -= isStale ? 1 : 0
      throttle.spent += 1
      try tx.update(throttle)
    case .readThrottle(let number):
      return .throttles(try tx.throttle(try NumberedThrottle.key(number)).map { [$0] } ?? [])
    case .deleteThrottles(let cutoff, let limit):
      return .count(try tx.deleteThrottles(expiredBefore: .after(cutoff), limit: limit))
    default: break
    }
    return .nothing
  }
}
