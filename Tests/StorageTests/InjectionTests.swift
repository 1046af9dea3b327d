import JOSE
import SignetAuthority
import SignetStorage
import SignetTesting
import Testing

/// Nothing that is stored can become a part of a statement.
@Suite struct InjectionTests {
  @Test(arguments: Engine.allCases)
  func `A13 hostile text comes back byte for byte and changes nothing else`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { tx in
      try tx.insert(AuthoritySettings.example)
      try tx.insert(try Account.numbered(250))
    }
    let bystander = try await store.read { try $0.account(.numbered(250)) }
    for (index, text) in HostileText.all.enumerated() {
      let records = try Hostile(text, number: UInt8(index + 1))
      try await store.write { try records.insert(into: $0) }
      try await store.write { try records.update(in: $0) }
      let read = try await store.read { try Hostile(number: UInt8(index + 1), from: $0) }
      for (found, expected) in zip(read.texts, records.texts) {
        #expect(found.utf8.elementsEqual(expected.utf8), "\(text.debugDescription)")
      }
      #expect(read.texts.count == records.texts.count)
    }
    let accounts = try await store.read { try $0.accounts(after: nil, limit: 999) }
    #expect(accounts.count == HostileText.all.count + 1)
    #expect(try await store.read { try $0.account(.numbered(250)) } == bystander)
    #expect(try await store.read { try $0.settings() } == .example)
    #expect(try await store.read { try $0.signingKeys() }.count == HostileText.all.count)
  }

  @Test(arguments: Engine.allCases)
  func `A13 a hostile login name or key finds nothing and deletes nothing`(engine: Engine) async throws {
    let store = try engine.open()
    try await store.write { tx in
      try tx.insert(try Account.numbered(1))
      try tx.insert(SigningKeyRecord.numbered(1))
    }
    for text in HostileText.all {
      // Most are no login names at all; those that are name nobody.
      for name in [LoginName(text), LoginName(text.replacing(" ", with: "") + "@example.com")] {
        guard let name else { continue }
        #expect(try await store.read { try $0.account(named: name) } == nil)
      }
      try await store.write { try $0.deleteSigningKey(text) }
    }
    #expect(try await store.read { try $0.signingKeys() }.count == 1)
  }

  @Test func `A13 a text that an engine would cut is refused whole`() async throws {
    let store = try Engine.sqlite.open()
    let account = try Account.numbered(1, displayName: "Ada\0Eve")
    do {
      try await store.write { try $0.insert(account) }
      Issue.record("it was stored")
    } catch StorageError.unavailable(let problem) {
      #expect(!problem.contains("Ada"))
    }
    #expect(try await store.read { try $0.accounts(after: nil, limit: 9) }.isEmpty)
  }

  /// One record of each kind, with the text wherever the domain lets it stand.
  private struct Hostile: Sendable {
    let account: Account
    let session: Session
    let grant: Grant
    let key: SigningKeyRecord
    let event: AuditEvent

    init(_ text: String, number: UInt8) throws {
      account = Account(
        id: .numbered(number), username: Username("user\(number)"), email: nil, displayName: text,
        roles: [text, text + "2"], passwordHash: PasswordHash(encoded: "$argon2id$v=19$\(text)x$s$h"),
        createdAt: .after(0))
      session = Session(
        id: .numbered(number), account: account.id, authenticatedAt: .after(0), lastActiveAt: .after(0),
        absoluteExpiry: .after(9), userAgent: text, address: text)
      grant = Grant(
        id: .numbered(number), session: session.id, client: .firstParty, scopes: [text],
        resources: [text, text + "3"], rotatedAt: .after(0), createdAt: .after(0))
      key = SigningKeyRecord(
        keyID: "\(number)\(text)", algorithm: .es256, state: .next, publicJWK: Array(text.utf8),
        sealedPrivateJWK: Array(text.utf8), createdAt: .after(Int64(number)))
      event = AuditEvent(
        at: .after(0), kind: .loginFailed, account: account.id,
        origin: RequestOrigin(requestID: text, address: text, userAgent: text), reason: text)
    }

    init(number: UInt8, from tx: any AuthorityReads) throws {
      account = try #require(try tx.account(.numbered(number)))
      session = try #require(try tx.session(.numbered(number)))
      grant = try #require(try tx.grants(of: .numbered(number)).first)
      key = try #require(try tx.signingKeys().first { $0.createdAt == .after(Int64(number)) })
      event = try #require(try tx.auditEvents(of: .numbered(number), before: nil, limit: 1).first)
    }

    func insert(into tx: any AuthorityWrites) throws {
      try tx.insert(account)
      try tx.insert(session)
      try tx.insert(grant)
      try tx.insert(key)
      try tx.append(event)
    }

    func update(in tx: any AuthorityWrites) throws {
      try tx.update(account)
      try tx.update(session)
      try tx.update(grant)
      try tx.update(key)
    }

    var texts: [String] {
      [
        account.displayName, account.passwordHash?.encoded ?? "", session.userAgent ?? "",
        session.address ?? "", key.keyID, String(decoding: key.publicJWK, as: UTF8.self),
        event.origin.requestID, event.origin.address ?? "", event.origin.userAgent ?? "", event.reason,
      ] + account.roles + grant.scopes + grant.resources
    }
  }
}
