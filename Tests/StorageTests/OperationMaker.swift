import SignetAuthority
import SignetTesting

/// Makes operations from a seed, over few identifiers and names, so that they meet each other.
struct OperationMaker {
  private var random: SplitMix64

  init(seed: Seed) {
    random = seed.generator()
  }

  /// One to four operations for one transaction.
  mutating func transaction() -> [Operation] {
    (0..<Int.random(in: 1...4, using: &random)).map { _ in operation() }
  }

  private mutating func operation() -> Operation {
    switch Int.random(in: 0..<36, using: &random) {
    case 0...2: .insertAccount(account())
    case 3...4: .updateAccount(number(8), displayName: text(), isStale: rarely())
    case 5: .readAccount(number(8))
    case 6: .readName(loginName())
    case 7: .readAccounts(after: maybe(number(8)), limit: count())
    case 8...10: .insertSession(session())
    case 11...12: .endSession(number(40), at: time(), isStale: rarely())
    case 13: .readSessions(of: number(8))
    case 14: .deleteSessions(before: time(), limit: count())
    case 15...16: .insertGrant(.numbered(number(80), session: number(40), at: time()))
    case 17: .rotateGrant(number(80), isStale: rarely())
    case 18: .readGrants(of: number(40))
    case 19: .insertKey(signingKey())
    case 20: .retireKey(number(200), isStale: rarely())
    case 21: .deleteKey(number(200))
    case 22: .readKeys
    case 23: rarely() ? .insertSettings : .readSettings
    case 24: .revoke((0..<max(count(), 0)).map { .numbered($0, expires: time(), ignoresPosition: rarely()) })
    case 25: .deleteRevocations(before: time() / 2)
    case 26: .readRevocations(after: time(), limit: count())
    case 27: .record(event())
    case 28: .readEvents(of: maybe(number(8)), before: maybe(time()), limit: count())
    case 29: .deleteEvents(before: time(), limit: count())
    case 30...31: .insertThrottle(throttle())
    case 32: .spendThrottle(number(12), isStale: rarely())
    case 33: .readThrottle(number(12))
    case 34: .deleteThrottles(before: time(), limit: count())
    default: .readPosition
    }
  }

  private mutating func account() -> Account {
    Account(
      id: .numbered(number(8)), username: Username("user\(number(9))"),
      email: maybe(number(9)).flatMap { EmailAddress("user\($0)@example.com") }, displayName: text(),
      roles: rarely() ? [] : [text(), text()], isEnabled: !rarely(), passwordHash: nil,
      credentialVersion: time(), createdAt: .after(time()))
  }

  private mutating func session() -> Session {
    let session = Session.numbered(number(40), account: number(8), at: time() % 10)
    return rarely() ? session.ended(at: time()) : session
  }

  private mutating func signingKey() -> SigningKeyRecord {
    .numbered(
      number(200), state: pick(SigningKeyRecord.State.allCases), for: maybe(text()), at: time())
  }

  private mutating func event() -> AuditEvent {
    .numbered(Int(time()), kind: pick(AuditEvent.Kind.allCases), account: maybe(number(8)))
  }

  private mutating func throttle() -> NumberedThrottle {
    NumberedThrottle(number: number(12), expires: time(), isTrusted: rarely())
  }

  private mutating func loginName() -> LoginName {
    let number = number(9)
    let name = rarely() ? LoginName("user\(number)@example.com") : LoginName("user\(number)")
    return name ?? Username("user").map(LoginName.username) ?? loginName()
  }

  private mutating func number(_ bound: UInt8) -> UInt8 { UInt8.random(in: 1...bound, using: &random) }
  private mutating func time() -> Int64 { Int64.random(in: -2...1200, using: &random) }
  private mutating func count() -> Int { Int.random(in: -1...6, using: &random) }
  private mutating func rarely() -> Bool { Int.random(in: 0..<4, using: &random) == 0 }
  private mutating func text() -> String { pick(HostileText.all) }

  private mutating func maybe<Value>(_ value: Value) -> Value? { rarely() ? nil : value }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &random)]
  }
}

/// What somebody who tries would put into a text field.
enum HostileText {
  static let all = [
    "'; DROP TABLE accounts; --", "\" OR 1=1", "x' OR 'x'='x", "?", "$1", ":name", "@p", "%_\\", "\\'",
    "/* */", "\u{1}\u{7F}", "\u{202E}", "é", "e\u{301}", "😀", "\u{FFFD}", "[]", "null", " ", "",
    String(repeating: "'", count: 999),
  ]
}
