import JOSE
import SignetAuthority
import SignetTesting
import Testing

/// What every storage promises of throttles.
@Suite(.blocking) struct ThrottleConformance {
  private func throttle(_ number: UInt8, expires seconds: Int64, trusted: Timestamp? = nil) throws -> Throttle
  {
    let key = try #require(ThrottleKey(bytes: [UInt8](repeating: number, count: 16)))
    return Throttle(
      key: key, spent: 3, spentAt: .after(1), trustedUntil: trusted, expiresAt: .after(seconds))
  }

  @Test(arguments: Engine.allCases)
  func `a throttle comes back as it was stored, and is updated by revision`(engine: Engine) async throws {
    let store = try engine.open()
    let plain = try throttle(1, expires: 10)
    let trusted = try throttle(2, expires: 20, trusted: .after(20))
    try await store.write {
      try $0.insert(plain)
      try $0.insert(trusted)
    }
    #expect(try await store.read { try $0.throttle(plain.key) } == plain)
    #expect(try await store.read { try $0.throttle(trusted.key) } == trusted)
    var next = plain
    next.spent = 4
    let changed = next
    try await store.write { try $0.update(changed) }
    #expect(try await store.read { try $0.throttle(plain.key) }?.spent == 4)
    #expect(try await store.read { try $0.throttle(plain.key) }?.revision == 1)
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(changed) } }
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.insert(plain) } }
  }

  @Test(arguments: Engine.allCases)
  func `throttles that expired before the cutoff go, the others stay`(engine: Engine) async throws {
    let store = try engine.open()
    let old = try throttle(1, expires: 10)
    let new = try throttle(2, expires: 20)
    try await store.write {
      try $0.insert(old)
      try $0.insert(new)
    }
    #expect(try await store.write { try $0.deleteThrottles(expiredBefore: .after(20), limit: 9) } == 1)
    #expect(try await store.read { try $0.throttle(old.key) } == nil)
    #expect(try await store.read { try $0.throttle(new.key) } == new)
  }

  @Test(arguments: Engine.allCases)
  func `throttles go in batches, those first that expired first`(engine: Engine) async throws {
    let store = try engine.open()
    let rows = try [throttle(1, expires: 30), throttle(2, expires: 10), throttle(3, expires: 20)]
    try await store.write { tx in for row in rows { try tx.insert(row) } }
    for (limit, removed, left) in [(-1, 0, 3), (0, 0, 3), (2, 2, 1), (2, 1, 0), (2, 0, 0)] {
      #expect(
        try await store.write { try $0.deleteThrottles(expiredBefore: .after(31), limit: limit) } == removed)
      let kept = try await store.read { tx in try rows.filter { try tx.throttle($0.key) != nil } }
      #expect(kept == Array(rows.prefix(left)))
    }
  }

  @Test(arguments: Engine.allCases)
  func `of many who spend from one bucket none is lost`(engine: Engine) async throws {
    let store = try engine.open()
    let first = try throttle(1, expires: 10)
    try await store.write { try $0.insert(first) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await store.write { tx in
            var next = try #require(try tx.throttle(first.key))
            next.spent += 1
            try tx.update(next)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.read { try $0.throttle(first.key)?.spent } == 203)
  }
}
