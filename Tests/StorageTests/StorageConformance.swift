import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What every storage promises, record by record.
@Suite(.blocking) struct StorageConformance {
  @Test(arguments: Engine.allCases)
  func `an account comes back as it was stored, by identifier and by either name`(engine: Engine) async throws
  {
    let store = try engine.open()
    let ada = try Account.numbered(1, username: "ada", email: "ada@example.com")
    try await store.write { try $0.insert(ada) }
    #expect(try await store.read { try $0.account(ada.id) } == ada)
    for name in ["ADA", "ada@Example.com"] {
      let loginName = try #require(LoginName(name))
      #expect(try await store.read { try $0.account(named: loginName) } == ada)
    }
    let unknown = try #require(LoginName("ad"))
    #expect(try await store.read { try $0.account(named: unknown) } == nil)
    #expect(try await store.read { try $0.account(.numbered(2)) } == nil)
  }

  @Test(arguments: Engine.allCases)
  func `optional fields come back empty when they were empty`(engine: Engine) async throws {
    let store = try engine.open()
    let account = Account(
      id: .numbered(1), username: nil, email: EmailAddress("a@b.example"), displayName: "", roles: [],
      isEnabled: false, passwordHash: nil, credentialVersion: 9, createdAt: .after(-5), revision: 4)
    let session = Session(
      id: .numbered(2), account: account.id, authenticatedAt: .after(0), lastActiveAt: .after(0),
      absoluteExpiry: .after(1), userAgent: nil, address: nil)
    let grant = Grant(
      id: .numbered(3), session: session.id, client: .firstParty, scopes: [], resources: [""],
      rotatedAt: .after(0), createdAt: .after(0))
    try await store.write {
      try $0.insert(account)
      try $0.insert(session)
      try $0.insert(grant)
    }
    #expect(try await store.read { try $0.account(account.id) } == account)
    #expect(try await store.read { try $0.session(session.id) } == session)
    #expect(try await store.read { try $0.grant(grant.id) } == grant)
  }

  @Test(arguments: Engine.allCases)
  func `an identifier or a name is taken once`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { try $0.insert(try Account.numbered(1, username: "ada", email: "a@b.example")) }
    let rivals = [
      try Account.numbered(1, username: "bob"), try Account.numbered(2, username: "ada"),
      try Account.numbered(3, username: "eve", email: "a@b.example"),
    ]
    for rival in rivals {
      await #expect(throws: StorageError.conflict) { try await store.write { try $0.insert(rival) } }
    }
    let other = try Account.numbered(4, username: "eve")
    try await store.write { try $0.insert(other) }
    let renamed = other.with(\.username, Username("ada"))
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(renamed) } }
    #expect(
      try await store.read { try $0.accounts(after: nil, limit: 9) }.map(\.username?.description) == [
        "ada", "eve",
      ])
  }

  @Test(arguments: Engine.allCases)
  func `an update wants the stored revision and stores the next`(engine: Engine) async throws {
    let store = try engine.open()
    let account = try Account.numbered(1)
    let session = Session.numbered(2, account: 1)
    let grant = Grant.numbered(3, session: 2)
    let key = SigningKeyRecord.numbered(4)
    try await store.write {
      try $0.insert(account)
      try $0.insert(session)
      try $0.insert(grant)
      try $0.insert(key)
    }
    try await store.write {
      try $0.update(account.with(\.isEnabled, false))
      try $0.update(session.ended(at: 9))
      try $0.update(grant)
      try $0.update(key)
    }
    let updated = account.with(\.isEnabled, false).with(\.revision, 2)
    #expect(try await store.read { try $0.account(account.id) } == updated)
    #expect(try await store.read { try $0.session(session.id) }?.ending == session.ended(at: 9).ending)
    #expect(try await store.read { try $0.grants(of: session.id) }.map(\.revision) == [2])
    #expect(try await store.read { try $0.signingKeys() }.map(\.revision) == [2])
    // All four are stale now.
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(account) } }
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(session) } }
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(grant) } }
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(key) } }
  }

  @Test(arguments: Engine.allCases)
  func `what is not there cannot be updated, nor be hung on`(engine: Engine) async throws {
    let store = try engine.open()
    let account = try Account.numbered(1)
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.update(account) } }
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.insert(Session.numbered(2, account: 1)) }
    }
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.insert(Grant.numbered(3, session: 2)) }
    }
  }

  @Test(arguments: Engine.allCases)
  func `accounts are listed in the order of identifiers, page by page`(engine: Engine) async throws {
    let store = try engine.open()
    for number: UInt8 in [200, 3, 127, 128, 1] {
      try await store.write { try $0.insert(try Account.numbered(number)) }
    }
    let first = try await store.read { try $0.accounts(after: nil, limit: 2) }
    #expect(first.map(\.id) == [.numbered(1), .numbered(3)])
    let second = try await store.read { try $0.accounts(after: .numbered(3), limit: 2) }
    #expect(second.map(\.id) == [.numbered(127), .numbered(128)])
    let last = try await store.read { try $0.accounts(after: .numbered(128), limit: 2) }
    #expect(last.map(\.id) == [.numbered(200)])
    #expect(try await store.read { try $0.accounts(after: .numbered(200), limit: 2) }.isEmpty)
    #expect(try await store.read { try $0.accounts(after: nil, limit: 0) }.isEmpty)
    #expect(try await store.read { try $0.accounts(after: nil, limit: -1) }.isEmpty)
  }

  @Test(arguments: Engine.allCases)
  func `unended sessions are the account's own, newest login first`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write {
      try $0.insert(try Account.numbered(1))
      try $0.insert(try Account.numbered(2))
      try $0.insert(Session.numbered(10, account: 1, at: 5))
      try $0.insert(Session.numbered(11, account: 1, at: 9))
      try $0.insert(Session.numbered(12, account: 1, at: 7).ended(at: 8))
      try $0.insert(Session.numbered(13, account: 2, at: 99))
      try $0.insert(Session.numbered(14, account: 1, at: 5))
    }
    let sessions = try await store.read { try $0.unendedSessions(of: .numbered(1)) }
    #expect(sessions.map(\.id) == [.numbered(11), .numbered(10), .numbered(14)])
  }

  @Test(arguments: Engine.allCases)
  func `finished sessions go with their grants, the oldest first`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write {
      try $0.insert(try Account.numbered(1))
      try $0.insert(Session.numbered(10, account: 1).ended(at: 50))
      try $0.insert(Session.numbered(11, account: 1).ended(at: 40))
      try $0.insert(Session.numbered(12, account: 1, at: -990))  // beyond its limit at 10
      try $0.insert(Session.numbered(13, account: 1, at: -970).ended(at: 2000))  // was beyond it at 30
      try $0.insert(Session.numbered(14, account: 1))
      for number: UInt8 in 10...14 { try $0.insert(Grant.numbered(number, session: number)) }
    }
    func remaining() async throws -> [UInt8] {
      try await store.read { tx in
        try (10...14).filter { (number: UInt8) in
          let session = try tx.session(.numbered(number))
          #expect(try tx.grants(of: .numbered(number)).isEmpty == (session == nil))
          return session != nil
        }
      }
    }
    #expect(try await store.write { try $0.deleteSessions(finishedBefore: .after(10), limit: 9) } == 0)
    #expect(try await store.write { try $0.deleteSessions(finishedBefore: .after(100), limit: 2) } == 2)
    #expect(try await remaining() == [10, 11, 14])
    #expect(try await store.write { try $0.deleteSessions(finishedBefore: .after(50), limit: 2) } == 1)
    #expect(try await remaining() == [10, 14])
  }

  @Test(arguments: Engine.allCases)
  func `signing keys come oldest first, and a removed one is gone`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write {
      try $0.insert(SigningKeyRecord.numbered(1, state: .active, at: 7))
      try $0.insert(SigningKeyRecord.numbered(2, state: .retired, at: 3))
      try $0.insert(SigningKeyRecord.numbered(3, for: "https://orders.example.com", at: 9))
    }
    #expect(try await store.read { try $0.signingKeys() }.map(\.keyID) == ["key-2", "key-1", "key-3"])
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.insert(SigningKeyRecord.numbered(1)) }
    }
    try await store.write { try $0.deleteSigningKey("key-1") }
    let left = try await store.read { try $0.signingKeys() }
    #expect(
      left == [.numbered(2, state: .retired, at: 3), .numbered(3, for: "https://orders.example.com", at: 9)])
  }

  @Test(arguments: Engine.allCases)
  func `settings are stored once`(engine: Engine) async throws {
    let store = try engine.open()
    #expect(try await store.read { try $0.settings() } == nil)
    try await store.write { try $0.insert(AuthoritySettings.example) }
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.insert(AuthoritySettings.example) }
    }
    #expect(try await store.read { try $0.settings() } == .example)
  }
}
