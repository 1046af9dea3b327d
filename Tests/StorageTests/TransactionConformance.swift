import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What every storage promises of transactions and of the logs.
@Suite(.blocking) struct TransactionConformance {
  private struct Refusal: Error {}

  @Test(arguments: Engine.allCases)
  func `a write that throws leaves nothing behind`(engine: Engine) async throws {
    let told = Told()
    let store = try engine.open(observer: told.observer)
    try await store.write { try $0.insert(AuthoritySettings.example) }
    await #expect(throws: Refusal.self) {
      try await store.write { tx in
        try tx.insert(try Account.numbered(1))
        try tx.append([.numbered(1)])
        try tx.append(AuditEvent.numbered(1))
        throw Refusal()
      }
    }
    #expect(try await store.read { try $0.account(.numbered(1)) } == nil)
    #expect(try await store.read { try $0.revocationPosition() }.sequence == 0)
    #expect(try await store.read { try $0.auditEvents(of: nil, before: nil, limit: 9) }.isEmpty)
    #expect(told.all.isEmpty)
  }

  @Test(arguments: Engine.allCases)
  func `a conflict cannot be caught and written over`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { try $0.insert(try Account.numbered(1)) }
    await #expect(throws: StorageError.conflict) {
      try await store.write { tx in
        do { try tx.insert(try Account.numbered(1)) } catch StorageError.conflict {}
        try tx.insert(try Account.numbered(2))
      }
    }
    #expect(try await store.read { try $0.account(.numbered(2)) } == nil)
  }

  @Test(arguments: Engine.allCases)
  func `a closure that met a conflict runs again, three times in all`(engine: Engine) async throws {
    let store = try engine.open()
    let runs = Locked(0)
    await #expect(throws: StorageError.conflict) {
      try await store.write { _ in
        runs.change { $0 += 1 }
        throw StorageError.conflict
      }
    }
    #expect(runs.value == 3)
    let answer = try await store.write { tx in
      runs.change { $0 += 1 }
      guard runs.value == 5 else { throw StorageError.conflict }
      try tx.insert(try Account.numbered(1))
      return runs.value
    }
    #expect(answer == 5)
    #expect(try await store.read { try $0.account(.numbered(1)) } != nil)
  }

  @Test(arguments: Engine.allCases)
  func `a transaction sees its own records, and its log lines come with the commit`(
    engine: Engine
  ) async throws {
    let told = Told()
    let store = try engine.open(observer: told.observer)
    try await store.write { try $0.insert(AuthoritySettings.example) }
    try await store.write { tx in
      try tx.insert(try Account.numbered(1))
      #expect(try tx.account(.numbered(1)) != nil)
      try tx.append([.numbered(1), .numbered(2, ignoresPosition: true)])
      try tx.append([.numbered(3, expires: 99)])
      #expect(try tx.revocationPosition().sequence == 0)
    }
    let entries = try await store.read { try $0.revocations(after: 0, limit: 9) }
    #expect(entries.map(\.sequence) == [1, 2, 3])
    #expect(entries.map(\.ignoresPosition) == [false, true, false])
    #expect(entries.map(\.expiresAt) == [.after(360), .after(360), .after(99)])
    #expect(entries.map(\.subject) == (1...3).map { RevocationDraft.numbered($0).subject })
    #expect(told.all == entries)
    let position = RevocationPosition(epoch: AuthoritySettings.example.revocationEpoch, sequence: 3)
    #expect(try await store.read { try $0.revocationPosition() } == position)
  }

  @Test(arguments: Engine.allCases)
  func `revocations are read from a place on, and go when they have expired`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { try $0.insert(AuthoritySettings.example) }
    try await store.write { tx in try tx.append((1...5).map { .numbered($0, expires: Int64($0) * 10) }) }
    #expect(try await store.read { try $0.revocations(after: 1, limit: 2) }.map(\.sequence) == [2, 3])
    #expect(try await store.write { try $0.deleteRevocations(expiredBefore: .after(30)) } == 2)
    #expect(try await store.read { try $0.revocations(after: 0, limit: 9) }.map(\.sequence) == [3, 4, 5])
    #expect(try await store.write { try $0.deleteRevocations(expiredBefore: .after(99)) } == 3)
    // The head stays where it was: a number is never used twice.
    try await store.write { try $0.append([.numbered(6)]) }
    #expect(try await store.read { try $0.revocations(after: 0, limit: 9) }.map(\.sequence) == [6])
  }

  @Test(arguments: Engine.allCases)
  func `without settings there is no revocation log`(engine: Engine) async throws {
    let store = try engine.open()
    await #expect(throws: StorageError.self) { try await store.read { try $0.revocationPosition() } }
    await #expect(throws: StorageError.self) { try await store.write { try $0.append([.numbered(1)]) } }
    #expect(try await store.read { try $0.revocations(after: 0, limit: 9) }.isEmpty)
  }

  @Test(arguments: Engine.allCases)
  func `audit events are read newest first, of one account or of all`(engine: Engine) async throws {
    let store = try engine.open()
    for (number, kind) in AuditEvent.Kind.allCases.enumerated() {
      let account: UInt8? = number % 3 == 0 ? nil : UInt8(number % 3)
      try await store.write { try $0.append(AuditEvent.numbered(number, kind: kind, account: account)) }
    }
    let count = AuditEvent.Kind.allCases.count
    let all = try await store.read { try $0.auditEvents(of: nil, before: nil, limit: 99) }
    #expect(all.map(\.sequence) == (1...Int64(count)).reversed())
    #expect(all.map(\.kind) == AuditEvent.Kind.allCases.reversed())
    var second = AuditEvent.numbered(1, kind: AuditEvent.Kind.allCases[1], account: 1)
    second.sequence = 2
    #expect(all.dropLast().last == second)
    let page = try await store.read { try $0.auditEvents(of: .numbered(1), before: 8, limit: 2) }
    #expect(page.map(\.sequence) == [5, 2])
    #expect(try await store.read { try $0.auditEvents(of: .numbered(9), before: nil, limit: 9) }.isEmpty)
    #expect(try await store.read { try $0.auditEvents(of: nil, before: 1, limit: 9) }.isEmpty)
  }

  // Not on the memory model: it runs closures on the caller's thread, and this one waits.
  @Test(arguments: Engine.allCases.filter { $0 != .memory })
  func `a reader keeps the snapshot that it began with`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { try $0.insert(try Account.numbered(1)) }
    let (began, goOn) = (Gate(), Gate())
    async let reading = store.read { tx in
      let before = try tx.accounts(after: nil, limit: 9).count
      began.open()
      goOn.wait()
      return [before, try tx.accounts(after: nil, limit: 9).count]
    }
    await began.opened()
    try await store.write { try $0.insert(try Account.numbered(2)) }
    goOn.open()
    #expect(try await reading == [1, 1])
    #expect(try await store.read { try $0.accounts(after: nil, limit: 9) }.count == 2)
  }
}
