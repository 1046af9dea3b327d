import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

// Records for tests, made of numbers so that a test says which one it means.

extension Identifier {
  /// The identifier that ends in `number`.
  static func numbered(_ number: UInt8) -> Identifier<Noun> {
    Identifier(bytes: [UInt8](repeating: 0, count: 15) + [number]) ?? Identifier(from: .seeded(Seed(0)))
  }
}

extension Timestamp {
  static func after(_ seconds: Int64) -> Timestamp {
    TestClock.start + .seconds(seconds)
  }
}

extension Account {
  static func numbered(
    _ number: UInt8, username: String? = nil, email: String? = nil, displayName: String = "Ada"
  ) throws -> Account {
    let name: Username = try #require(Username(username ?? "user\(number)"))
    return Account(
      id: .numbered(number), username: name,
      email: try email.map { try #require(EmailAddress($0)) }, displayName: displayName,
      roles: ["analyst", "clerk"], passwordHash: try TestAuthority.passwordHash(), createdAt: .after(0))
  }

  /// The account with one field changed.
  func with<Value>(_ field: WritableKeyPath<Account, Value>, _ value: Value) -> Account {
    var changed = self
    changed[keyPath: field] = value
    return changed
  }
}

extension Session {
  static func numbered(_ number: UInt8, account: UInt8, at seconds: Int64 = 0) -> Session {
    Session(
      id: .numbered(number), account: .numbered(account), authenticatedAt: .after(seconds),
      lastActiveAt: .after(seconds + 1), absoluteExpiry: .after(seconds + 1000), userAgent: "curl/8",
      address: "127.0.0.1")
  }

  func ended(at seconds: Int64, cause: RevocationCause = .logout) -> Session {
    var ended = self
    ended.ending = SessionEnding(at: .after(seconds), cause: cause)
    return ended
  }
}

extension Grant {
  static func numbered(_ number: UInt8, session: UInt8, at seconds: Int64 = 0) -> Grant {
    Grant(
      id: .numbered(number), session: .numbered(session), client: .firstParty, scopes: ["orders:read"],
      resources: ["https://orders.example.com"], senderKey: [1, 2, 3], rotatedAt: .after(seconds),
      retryKeyHash: [UInt8](repeating: 7, count: 32), createdAt: .after(seconds))
  }
}

extension SigningKeyRecord {
  static func numbered(
    _ number: UInt8, state: State = .next, for audience: String? = nil, at seconds: Int64 = 0
  ) -> SigningKeyRecord {
    SigningKeyRecord(
      keyID: "key-\(number)", audience: audience, algorithm: audience == nil ? .es256 : .hs256, state: state,
      publicJWK: [0, 1, number],
      sealedPrivateJWK: [0xFF, number], createdAt: .after(seconds))
  }
}

extension AuthoritySettings {
  static let example = AuthoritySettings(
    issuer: TestAuthority.issuer, revocationEpoch: "AAAAAAAAAAA", keyringProof: [0, 1, 2],
    createdAt: .after(0))
}

extension RevocationDraft {
  static func numbered(
    _ number: Int, expires seconds: Int64 = 360, ignoresPosition: Bool = false
  ) -> RevocationDraft {
    RevocationDraft(
      subject: RevocationSubject(.session, id: "\(number)", issuer: TestAuthority.issuer),
      ignoresPosition: ignoresPosition, expiresAt: .after(seconds))
  }
}

extension AuditEvent {
  static func numbered(
    _ number: Int, kind: Kind = .loginSucceeded, account: UInt8? = nil
  ) -> AuditEvent {
    AuditEvent(
      at: .after(Int64(number)), kind: kind, account: account.map { .numbered($0) },
      session: account.map { .numbered($0) }, client: account.map { _ in .firstParty },
      origin: RequestOrigin(requestID: "request-\(number)", address: nil, userAgent: "curl/8"),
      reason: "reason \(number)")
  }
}

/// What was told to an observer, in order.
final class Told: Sendable {
  private let entries = Locked<[RevocationEntry]>([])

  var observer: RevocationObserver {
    { [entries] new in entries.change { $0 += new } }
  }

  var sequences: [Int64] { entries.value.map(\.sequence) }
  /// What was told, each number once.
  var firstHearings: [RevocationEntry] {
    var seen: Set<Int64> = []
    return all.filter { seen.insert($0.sequence).inserted }
  }
  var all: [RevocationEntry] { entries.value }
}
