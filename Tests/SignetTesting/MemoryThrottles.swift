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

  func deleteThrottles(expiredBefore cutoff: Timestamp) throws -> Int {
    let before = contents.throttles.count
    contents.throttles = contents.throttles.filter { $0.value.expiresAt >= cutoff }
    return before - contents.throttles.count
  }
}
