internal import JOSE
internal import SignetAuthority
internal import TokenVerification

/// A transaction on a copy of the contents. Used by one thread, within one call of the storage.
final class MemoryTransaction: AuthorityWrites {
  var contents: MemoryContents
  private var drafts: [RevocationDraft] = []
  private var events: [AuditEvent] = []
  /// A conflict ends the transaction even when the closure caught it, as in an engine that aborts on error.
  private var failure: StorageError?

  init(_ contents: MemoryContents) {
    self.contents = contents
  }

  /// Puts the copy in place, and draws the sequence numbers.
  /// - Returns: The new revocation entries.
  func commit(into stored: inout MemoryContents) throws -> [RevocationEntry] {
    if let failure { throw failure }
    for var event in events {
      contents.auditSequence += 1
      event.sequence = contents.auditSequence
      contents.auditEvents.append(event)
    }
    guard drafts.isEmpty || hasLog else { throw Self.noLog }
    let entries = drafts.map { draft in
      contents.revocationSequence += 1
      return RevocationEntry(
        sequence: contents.revocationSequence, subject: draft.subject,
        ignoresPosition: draft.ignoresPosition, expiresAt: draft.expiresAt)
    }
    contents.revocations += entries
    stored = contents
    return entries
  }

  private var hasLog: Bool { contents.settings != nil && contents.successor == nil }

  private static let noLog = StorageError.unavailable(
    "this database holds no authority yet, or one that has been moved")

  func require(_ isAsExpected: Bool) throws {
    guard !isAsExpected else { return }
    failure = .conflict
    throw StorageError.conflict
  }
}

// MARK: - Accounts

extension MemoryTransaction {
  func account(_ id: AccountID) throws -> Account? {
    contents.accounts[id]
  }

  func lockedAccount(_ id: AccountID) throws -> Account? {
    contents.accounts[id]
  }

  func account(named name: LoginName) throws -> Account? {
    contents.accounts.values.first { account in
      switch name {
      case .username(let username): account.username == username
      case .email(let email): account.email == email
      }
    }
  }

  func accounts(after: AccountID?, limit: Int) throws -> [Account] {
    let sorted = contents.accounts.values.sorted { $0.id.precedes($1.id) }
    return Array(sorted.filter { after?.precedes($0.id) ?? true }.prefix(max(limit, 0)))
  }

  func insert(_ account: Account) throws {
    try require(contents.accounts[account.id] == nil)
    try requireNames(of: account)
    contents.accounts[account.id] = account
  }

  func update(_ account: Account) throws {
    try require(contents.accounts[account.id]?.revision == account.revision)
    try requireNames(of: account)
    var next = account
    next.revision += 1
    contents.accounts[account.id] = next
  }

  private func requireNames(of account: Account) throws {
    for other in contents.accounts.values where other.id != account.id {
      try require(other.username == nil || other.username != account.username)
      try require(other.email == nil || other.email != account.email)
    }
  }
}

// MARK: - Sessions and grants

extension MemoryTransaction {
  func session(_ id: SessionID) throws -> Session? {
    contents.sessions[id]
  }

  func unendedSessions(of account: AccountID) throws -> [Session] {
    contents.sessions.values.filter { $0.account == account && $0.ending == nil }
      .sorted { left, right in
        left.authenticatedAt == right.authenticatedAt
          ? left.id.precedes(right.id) : left.authenticatedAt > right.authenticatedAt
      }
  }

  func insert(_ session: Session) throws {
    try require(contents.sessions[session.id] == nil)
    try require(contents.accounts[session.account] != nil)
    contents.sessions[session.id] = session
  }

  func update(_ session: Session) throws {
    try require(contents.sessions[session.id]?.revision == session.revision)
    var next = session
    next.revision += 1
    contents.sessions[session.id] = next
  }

  func deleteSessions(finishedBefore cutoff: Timestamp, limit: Int) throws -> Int {
    let finished = contents.sessions.values.filter { $0.finishedAt < cutoff }
      .sorted { left, right in
        left.finishedAt == right.finishedAt
          ? left.id.precedes(right.id) : left.finishedAt < right.finishedAt
      }
      .prefix(max(limit, 0))
    for session in finished {
      contents.sessions[session.id] = nil
      contents.grants = contents.grants.filter { $0.value.session != session.id }
    }
    return finished.count
  }

  func grant(_ id: GrantID) throws -> Grant? {
    contents.grants[id]
  }

  func grants(of session: SessionID) throws -> [Grant] {
    contents.grants.values.filter { $0.session == session }
      .sorted { left, right in
        left.createdAt == right.createdAt ? left.id.precedes(right.id) : left.createdAt < right.createdAt
      }
  }

  func insert(_ grant: Grant) throws {
    try require(contents.grants[grant.id] == nil)
    try require(contents.sessions[grant.session] != nil)
    contents.grants[grant.id] = grant
  }

  func update(_ grant: Grant) throws {
    try require(contents.grants[grant.id]?.revision == grant.revision)
    var next = grant
    next.revision += 1
    contents.grants[grant.id] = next
  }
}

// MARK: - Keys and settings

extension MemoryTransaction {
  func signingKeys() throws -> [SigningKeyRecord] {
    contents.signingKeys.values.sorted { left, right in
      left.createdAt == right.createdAt ? left.keyID < right.keyID : left.createdAt < right.createdAt
    }
  }

  func insert(_ key: SigningKeyRecord) throws {
    try require(contents.signingKeys[key.keyID] == nil)
    contents.signingKeys[key.keyID] = key
  }

  func update(_ key: SigningKeyRecord) throws {
    try require(contents.signingKeys[key.keyID]?.revision == key.revision)
    var next = key
    next.revision += 1
    contents.signingKeys[key.keyID] = next
  }

  func deleteSigningKey(_ keyID: String) throws {
    contents.signingKeys[keyID] = nil
  }

  func settings() throws -> AuthoritySettings? {
    contents.settings
  }

  func successor() throws -> String? {
    contents.successor
  }

  func handOver(to successor: String) throws {
    try require(contents.settings != nil)
    contents.successor = successor
  }

  func insert(_ settings: AuthoritySettings) throws {
    try require(contents.settings == nil)
    contents.settings = settings
  }

  func replaceKeyringProof(_ old: [UInt8], with new: [UInt8]) throws {
    try require(contents.settings?.keyringProof == old)
    contents.settings = contents.settings.map {
      AuthoritySettings(
        issuer: $0.issuer, revocationEpoch: $0.revocationEpoch, keyringProof: new, createdAt: $0.createdAt)
    }
  }
}

// MARK: - Logs

extension MemoryTransaction {
  func revocationPosition() throws -> RevocationPosition {
    guard let settings = contents.settings, hasLog else { throw Self.noLog }
    return RevocationPosition(epoch: settings.revocationEpoch, sequence: contents.revocationSequence)
  }

  func revocations(after sequence: Int64, limit: Int) throws -> [RevocationEntry] {
    Array(contents.revocations.filter { $0.sequence > sequence }.prefix(max(limit, 0)))
  }

  func append(_ revocations: [RevocationDraft]) throws {
    drafts += revocations
  }

  func beginEpoch(_ epoch: String) throws {
    try require(contents.settings != nil)
    contents.settings = contents.settings.map {
      AuthoritySettings(
        issuer: $0.issuer, revocationEpoch: epoch, keyringProof: $0.keyringProof, createdAt: $0.createdAt)
    }
    contents.successor = nil
  }

  func deleteRevocations(expiredBefore cutoff: Timestamp) throws -> Int {
    let before = contents.revocations.count
    contents.revocations.removeAll { $0.expiresAt < cutoff }
    return before - contents.revocations.count
  }

  func auditEvents(of account: AccountID?, before sequence: Int64?, limit: Int) throws -> [AuditEvent] {
    let matching = contents.auditEvents.reversed().filter { event in
      (account == nil || event.account == account) && (sequence.map { event.sequence < $0 } ?? true)
    }
    return Array(matching.prefix(max(limit, 0)))
  }

  func append(_ event: AuditEvent) throws {
    events.append(event)
  }

  func deleteAuditEvents(before cutoff: Timestamp, limit: Int) throws -> Int {
    let old = Set(contents.auditEvents.prefix(max(limit, 0)).filter { $0.at < cutoff }.map(\.sequence))
    contents.auditEvents.removeAll { old.contains($0.sequence) }
    return old.count
  }
}

extension Identifier {
  fileprivate func precedes(_ other: Identifier<Noun>) -> Bool {
    bytes.lexicographicallyPrecedes(other.bytes)
  }
}

extension Session {
  /// When nothing more can come of it.
  fileprivate var finishedAt: Timestamp {
    min(ending?.at ?? absoluteExpiry, absoluteExpiry)
  }
}
