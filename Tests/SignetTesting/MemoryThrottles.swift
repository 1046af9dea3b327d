internal import JOSE
internal import SignetAuthority

extension MemoryTransaction {
  func throttle(_ key: ThrottleKey) throws -> Throttle? {
    contents.throttles[key]
  }

  func insert(_ throttle: Throttle) throws {
    try require(contents.throttles[throttle.key] == nil)
    contents.throttles[throttle.key] = throttle
  }

  func update(_ throttle: Throttle) throws {
    try require(contents.throttles[throttle.key]?.revision == throttle.revision)
    var next = throttle
    next.revision += 1
    contents.throttles[throttle.key] = next
  }

  func deleteThrottles(expiredBefore cutoff: Timestamp, limit: Int) throws -> Int {
    let expired = contents.throttles.values.filter { $0.expiresAt < cutoff }
      .sorted { left, right in
        left.expiresAt == right.expiresAt
          ? left.key.bytes.lexicographicallyPrecedes(right.key.bytes) : left.expiresAt < right.expiresAt
      }
      .prefix(max(limit, 0))
    for throttle in expired { contents.throttles[throttle.key] = nil }
    return expired.count
  }
}
