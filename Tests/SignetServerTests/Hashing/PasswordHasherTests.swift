import JOSE
import SignetAuthority
import SignetTesting
import Synchronization
import Testing

@testable import SignetServer

@Suite struct PasswordHasherTests {
  private func password(_ text: String) throws -> Password {
    try #require(Password(text))
  }

  @Test func `a hash matches its own password and no other`() async throws {
    let hasher = try RunningAuthority.cheapHasher()
    let hash = try await hasher.hash(try password("correct horse battery staple"))
    #expect(try await hasher.matches(try password("correct horse battery staple"), hash))
    #expect(try await !hasher.matches(try password("correct horse battery stapler"), hash))
    #expect(try await !hasher.matches(try password(""), hash))
    #expect(hash.encoded.hasPrefix("$argon2id$v=19$m=32,t=1,p=1$"))
  }

  @Test func `two hashes of one password differ`() async throws {
    let hasher = try RunningAuthority.cheapHasher()
    let first = try await hasher.hash(try password("correct horse battery staple"))
    #expect(try await hasher.hash(try password("correct horse battery staple")) != first)
  }

  @Test func `it agrees with the reference implementation's own test vector`() async throws {
    // phc-winner-argon2, src/test.c: Argon2id, 65,536 KiB, t = 2, p = 1, salt “somesalt”.
    let text = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    let hash = try #require(PasswordHash(encoded: text))
    let hasher = try RunningAuthority.cheapHasher()
    #expect(try await hasher.matches(try password("password"), hash))
    #expect(try await !hasher.matches(try password("passwore"), hash))
  }

  @Test func `a hash of another cost still matches, and is to be made again`() async throws {
    let cheap = try RunningAuthority.cheapHasher()
    let dearer = try PasswordHasher(
      cost: HashingCost(memoryKiB: 64, passes: 1, lanes: 1, memoryFloorKiB: 8), random: .seeded(Seed(3)))
    let hash = try await cheap.hash(try password("correct horse battery staple"))
    #expect(try await dearer.matches(try password("correct horse battery staple"), hash))
    #expect(dearer.needsRehash(hash))
    #expect(!cheap.needsRehash(hash))
  }

  @Test func `the decoy costs what any other hash costs`() async throws {
    let hasher = try RunningAuthority.cheapHasher()
    let decoy = try await hasher.decoy()
    #expect(!hasher.needsRehash(decoy))
    #expect(try await hasher.decoy() != decoy)
  }

  @Test func `a stored hash that makes no sense is an error, not a mismatch`() async throws {
    let hasher = try RunningAuthority.cheapHasher()
    let broken = try #require(PasswordHash(encoded: "$argon2id$v=19$m=32,t=1,p=1$!!!!$????"))
    await #expect(throws: HashingError.self) {
      try await hasher.matches(Self.anyPassword(), broken)
    }
  }

  @Test func `the default cost is the recommended one, and weaker ones are refused`() throws {
    #expect(HashingCost.default.description == "m=19456,t=2,p=1")
    #expect(throws: PolicyError.self) { try HashingCost(memoryKiB: 7_167, passes: 5, lanes: 1) }
    #expect(throws: Never.self) { try HashingCost(memoryKiB: 7_168, passes: 5, lanes: 1) }
    #expect(throws: PolicyError.self) { try HashingCost(memoryKiB: 19_456, passes: 0, lanes: 1) }
    #expect(throws: PolicyError.self) { try HashingCost(memoryKiB: 19_456, passes: 1, lanes: 17) }
    #expect(throws: PolicyError.self) { try HashingCost(memoryKiB: 1_048_577, passes: 1, lanes: 1) }
    #expect(throws: PolicyError.self) { try PasswordHasher(threadCount: 0, random: .seeded(Seed(1))) }
    #expect(throws: PolicyError.self) { try PasswordHasher(queueLimit: 0, random: .seeded(Seed(1))) }
  }

  @Test func `A11 beyond the queue a caller is refused at once`() async throws {
    let hasher = try RunningAuthority.cheapHasher(threadCount: 1, queueLimit: 2)
    let gate = Gate()
    try gate.hold(hasher)
    let waiting = (0..<2).map { _ in Task { try await hasher.hash(Self.anyPassword()) } }
    await gate.until { hasher.waitingCount == 2 }
    await #expect(throws: HashingError.overloaded) {
      try await gate.attempt(beyond: 2, of: hasher) { try await hasher.hash(Self.anyPassword()) }
    }
    await #expect(throws: HashingError.overloaded) {
      try await gate.attempt(beyond: 2, of: hasher) {
        try await hasher.matches(Self.anyPassword(), TestAuthority.passwordHash())
      }
    }
    gate.open()
    for task in waiting { _ = try await task.value }
    _ = try await hasher.hash(Self.anyPassword())
  }

  @Test func `a caller that is cancelled while it waits leaves the queue`() async throws {
    let hasher = try RunningAuthority.cheapHasher(threadCount: 1, queueLimit: 1)
    let gate = Gate()
    try gate.hold(hasher)
    let waiting = Task { try await hasher.hash(Self.anyPassword()) }
    await gate.until { hasher.waitingCount == 1 }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    #expect(hasher.waitingCount == 0)
    let next = Task { try await hasher.hash(Self.anyPassword()) }
    await gate.until { hasher.waitingCount == 1 }
    gate.open()
    _ = try await next.value
  }

  @Test func `stopping finishes what has begun and refuses the rest`() async throws {
    let hasher = try RunningAuthority.cheapHasher(threadCount: 1, queueLimit: 4)
    let gate = Gate()
    try gate.hold(hasher)
    let waiting = Task { try await hasher.hash(Self.anyPassword()) }
    await gate.until { hasher.waitingCount == 1 }
    hasher.stop()
    await #expect(throws: HashingError.stopped) { try await waiting.value }
    await #expect(throws: HashingError.stopped) { try await hasher.hash(Self.anyPassword()) }
    #expect(!gate.isDone)
    gate.open()
    await gate.until { gate.isDone }
  }

  @Test func `hashing runs at a lower priority than the rest`() async throws {
    let hasher = try RunningAuthority.cheapHasher(threadCount: 1)
    let nice = await withCheckedContinuation { continuation in
      let job = HashingJob {
        continuation.resume(returning: HashingThreads.currentNiceness)
      } abandon: { _ in
        continuation.resume(returning: nil)
      }
      do {
        try hasher.threads.submit(job, ticket: hasher.threads.ticket())
      } catch {
        continuation.resume(returning: nil)
      }
    }
    #expect(nice == HashingThreads.niceness)
    #expect(HashingThreads.currentNiceness == 0)
  }

  private static func anyPassword() throws -> Password {
    guard let password = Password("correct horse battery staple") else { throw FixtureError() }
    return password
  }
}
