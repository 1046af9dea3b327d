import JOSE
import SignetAuthority
import SignetServer
import SignetTesting
import Testing

@testable import SignetCLI

/// Database and keys: a healthy one, and each way to be sick.
@Suite struct StoreCheckTests {
  // MARK: Database

  private static func database(_ change: (inout DatabaseCheck) -> Void = { _ in }) -> [Finding] {
    var check = DatabaseCheck(
      path: "/d/signet.sqlite", database: .read(condition()), newestSchema: 3, freeBytes: 4 << 30)
    change(&check)
    return check.findings
  }

  private static func condition(
    damage: String? = nil, schema: Int64 = 3, isInUse: Bool = false
  ) -> DatabaseCheck.Condition {
    DatabaseCheck.Condition(damage: damage, schema: schema, isInUse: isInUse)
  }

  @Test func `a sound database of this program with room is well`() {
    #expect(Self.database() == [.ok("database", "/d/signet.sqlite: sound, durable, schema 3, 4 GiB free")])
    #expect(Self.database { $0.freeBytes = nil }.map(\.level) == [.ok])
    let older = Self.database { $0.database = .read(Self.condition(schema: 2)) }
    #expect(older.map(\.level) == [.ok] && older[0].text.contains("schema 2, becomes 3"))
  }

  @Test(arguments: [
    (DatabaseCheck.Database.missing, "there is no database"), (.unreadable, "cannot be read by this user"),
    (.failed(.corrupt("SQLite: file is not a database (26)")), "not a database"),
    (.read(condition(damage: "row 3 missing from index")), "row 3 missing"),
    (.read(condition(schema: 4)), "schema 4, and this program knows schemas up to 3"),
  ])
  func `a database that cannot serve is a problem`(database: DatabaseCheck.Database, text: String) {
    let findings = Self.database { $0.database = database }
    #expect(findings.map(\.level) == [.problem])
    #expect(findings[0].text.contains(text) && findings[0].advice?.isEmpty == false)
  }

  @Test func `a server older than the program, little room and a lax SQLite are named`() {
    let older = Self.database { $0.database = .read(Self.condition(schema: 2, isInUse: true)) }
    #expect(older.map(\.level) == [.warning])
    #expect(Self.database { $0.freeBytes = 1 << 30 }.map(\.level) == [.ok])
    #expect(Self.database { $0.freeBytes = 1 << 29 }.map(\.level) == [.warning])
    #expect(Self.database { $0.freeBytes = 1 << 20 }.map(\.level) == [.problem])
    #expect(Self.database { $0.durabilityProblem = "no" }.map(\.level) == [.problem])
  }

  // MARK: Keys

  private static let day: Int64 = 86_400

  /// A key whose present state began `age` days ago.
  private static func key(
    _ name: String, _ state: SigningKeyRecord.State, age: Int64
  ) -> SigningKeyRecord {
    let since = TestClock.start - .seconds(age * day)
    return SigningKeyRecord(
      keyID: name, algorithm: .es256, state: state, publicJWK: [], sealedPrivateJWK: [], createdAt: since,
      activatedAt: state == .next ? nil : since, retiredAt: state == .retired ? since : nil)
  }

  private static func keys(_ records: [SigningKeyRecord], unopened: [String] = []) throws -> [Finding] {
    KeyCheck(
      records: records, policy: try TestAuthority.policy(), unopened: unopened, now: TestClock.start
    ).findings
  }

  @Test func `keys on their schedule are well`() throws {
    let well = try Self.keys([Self.key("a", .active, age: 12), Self.key("n", .next, age: 12)])
    #expect(well.map(\.level) == [.ok] && well[0].text.hasPrefix("a has signed for 12 days, the next from "))
    let retired = [
      Self.key("r", .retired, age: 0), Self.key("a", .active, age: 0), Self.key("n", .next, age: 9),
    ]
    #expect(try Self.keys(retired).map(\.level) == [.ok])
  }

  @Test func `keys that nobody opens, keeps ahead, rotates or removes are named`() throws {
    let active = Self.key("a", .active, age: 12)
    let next = Self.key("n", .next, age: 12)
    #expect(try Self.keys([active, next], unopened: ["n"]).map(\.level) == [.problem])
    #expect(try Self.keys([next]).map(\.level) == [.problem])
    #expect(try Self.keys([active]).map(\.level) == [.warning])
    let overdue = try Self.keys([Self.key("a", .active, age: 91), Self.key("n", .next, age: 91)])
    #expect(overdue.map(\.level) == [.warning] && overdue[0].text.contains("a has signed for 91 days"))
    let kept = try Self.keys([Self.key("r", .retired, age: 1), active, next])
    #expect(kept.map(\.level) == [.warning] && kept[0].text.hasPrefix("r is still published"))
  }

  @Test func `a keyring opens its own keys and not another's`() throws {
    let policy = try TestAuthority.policy()
    let authority = Authority(policy: policy, keyring: Keyring(from: .system), random: .system)
    let other = Authority(policy: policy, keyring: Keyring(from: .system), random: .system)
    var active = try authority.generateKey(at: TestClock.start)
    active.state = .active
    active.activatedAt = TestClock.start
    let records = [active, try authority.generateKey(at: TestClock.start)]
    #expect(KeyCheck(records: records, authority: authority, now: TestClock.start).unopened.isEmpty)
    #expect(
      KeyCheck(records: records, authority: other, now: TestClock.start).unopened == records.map(\.keyID))
  }
}
