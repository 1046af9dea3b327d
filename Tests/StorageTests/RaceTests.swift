import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// Many writers at once.
@Suite(.blocking) struct RaceTests {
  @Test(arguments: Engine.allCases)
  func `no increment is lost among many writers`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { try $0.insert(try Account.numbered(1)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<300 {
        group.addTask {
          try await store.write { tx in
            let account = try #require(try tx.lockedAccount(.numbered(1)))
            try tx.update(account.with(\.credentialVersion, account.credentialVersion + 1))
          }
        }
      }
      try await group.waitForAll()
    }
    let account = try #require(try await store.read { try $0.account(.numbered(1)) })
    #expect(account.credentialVersion == 301)
    #expect(account.revision == 301)
  }

  @Test(arguments: Engine.allCases)
  func `of many who saw the same revision one writes`(engine: Engine) async throws {
    let store = try engine.open()
    let seen = try Account.numbered(1)
    try await store.write { try $0.insert(seen) }
    let winners = await withTaskGroup(of: Int.self) { group in
      for number in 0..<100 {
        group.addTask {
          do {
            try await store.write { try $0.update(seen.with(\.displayName, "\(number)")) }
            return 1
          } catch {
            #expect(error as? StorageError == .conflict)
            return 0
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(winners == 1)
  }

  @Test(arguments: Engine.allCases)
  func `the log has the order of commits, and the observer hears it in that order`(
    engine: Engine
  ) async throws {
    let told = Told()
    let store = try engine.open(observer: told.observer)
    try await store.write { try $0.insert(AuthoritySettings.example) }
    try await store.write { try $0.insert(try Account.numbered(1)) }
    await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          // Each writes how many commits came before it, so the log can be compared with the order of
          // commits.
          let before = try await store.write { tx in
            let account = try #require(try tx.lockedAccount(.numbered(1)))
            try tx.update(account.with(\.credentialVersion, account.credentialVersion + 2))
            try tx.append([
              .numbered(number, expires: account.credentialVersion),
              .numbered(number, expires: account.credentialVersion + 1),
            ])
            if number % 5 == 0 { throw Abandoned() }
            return account.credentialVersion
          }
          #expect(told.all.contains { $0.expiresAt == .after(before) }, "told before the write returned")
        }
      }
      while let result = await group.nextResult() {
        if case .failure(let error) = result { #expect(error is Abandoned) }
      }
    }
    let entries = try await store.read { try $0.revocations(after: 0, limit: 999) }
    #expect(entries.map(\.sequence) == Array(1...320))
    #expect(entries.map(\.expiresAt) == (1...320).map { .after($0) })
    // An engine with many writers may tell an entry twice.
    #expect(told.firstHearings == entries)
  }

  @Test(arguments: Engine.allCases)
  func `a reader sees whole commits`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { tx in
      try tx.insert(try Account.numbered(1))
      try tx.insert(try Account.numbered(2))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          try await store.write { tx in
            for number: UInt8 in [1, 2] {
              let account = try #require(try tx.lockedAccount(.numbered(number)))
              try tx.update(account.with(\.credentialVersion, account.credentialVersion + 1))
            }
          }
        }
        group.addTask {
          let versions = try await store.read { try $0.accounts(after: nil, limit: 9) }
            .map(\.credentialVersion)
          #expect(versions.first == versions.last)
        }
      }
      try await group.waitForAll()
    }
  }

  private struct Abandoned: Error {}
}
