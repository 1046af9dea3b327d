import JOSE
import SignetAuthority
import SignetPostgres
import SignetSQLite
import SignetTesting
import TokenVerification

/// An authority with some of everything, for copies.
enum Moved {
  /// What a storage says of all that ``fill(_:closes:)`` has written.
  struct Contents: Equatable {
    let settings: AuthoritySettings?
    let position: RevocationPosition
    let accounts: [Account]
    let sessions: [Session?]
    let grants: [Grant?]
    let keys: [SigningKeyRecord]
    let throttle: Throttle?
    let revocations: [RevocationEntry]
    let events: [AuditEvent]
  }

  /// Fills an empty storage, and closes it.
  static func fill(_ storage: some AuthorityStorage, closes: Bool = true) async throws {
    try await storage.write { tx in
      try tx.insert(AuthoritySettings.example)
      try tx.insert(try Account.numbered(1, email: "ada@example.com", displayName: "Ada ’ \u{1F511} \\."))
      try tx.insert(try Account.numbered(2).with(\.isEnabled, false).with(\.passwordHash, nil))
      for number: UInt8 in 1...9 {
        try tx.insert(Session.numbered(number, account: 1 + number % 2, at: Int64(number)))
        try tx.insert(Grant.numbered(number, session: number))
      }
      try tx.insert(SigningKeyRecord.numbered(1, state: .active))
      try tx.insert(SigningKeyRecord.numbered(2, for: TestAuthority.ordersAudience))
      try tx.insert(try throttle())
      try tx.append((1...3).map { RevocationDraft.numbered($0, ignoresPosition: $0 == 2) })
    }
    try await storage.write { tx in
      guard let session = try tx.session(.numbered(3)) else { throw FixtureError() }
      try tx.update(session.ended(at: 5))
    }
    for start in stride(from: 1, through: 4_500, by: 500) {
      try await storage.write { tx in
        for number in start..<(start + 500) {
          try tx.append(AuditEvent.numbered(number, account: number % 2 == 0 ? 1 : nil))
        }
      }
    }
    guard closes else { return }
    try (storage as? SQLiteStorage)?.close()
    (storage as? PostgresStorage)?.close()
  }

  static func contents(of storage: some AuthorityStorage) async throws -> Contents {
    try await storage.read { tx in
      Contents(
        settings: try tx.settings(), position: try tx.revocationPosition(),
        accounts: try tx.accounts(after: nil, limit: 99),
        sessions: try (1...9).map { try tx.session(.numbered($0)) },
        grants: try (1...9).map { try tx.grant(.numbered($0)) }, keys: try tx.signingKeys(),
        throttle: try tx.throttle(try throttle().key), revocations: try tx.revocations(after: 0, limit: 99),
        events: try tx.auditEvents(of: nil, before: nil, limit: 9_999))
    }
  }

  private static func throttle() throws -> Throttle {
    guard let key = ThrottleKey(bytes: [UInt8](repeating: 7, count: 16)) else { throw FixtureError() }
    return Throttle(key: key, spent: 3, spentAt: .after(1), trustedUntil: .after(2), expiresAt: .after(60))
  }
}
