import SignetAuthority
import SignetPostgres
import Testing

@testable import SignetCLI

/// A database server: a healthy one, and each way to be sick.
@Suite struct PostgresCheckTests {
  private static let facts = {
    var facts = PostgresInspection.Facts()
    facts.release = 150_008
    facts.encoding = "UTF8"
    facts.ordersByBytes = true
    facts.synchronousCommit = "on"
    facts.isEncrypted = true
    (facts.connectionsAllowed, facts.connectionsOpen) = (97, 20)
    return facts
  }()

  private static func findings(
    isLocal: Bool = false, _ change: (inout PostgresCheck.Condition) -> Void = { _ in }
  ) -> [Finding] {
    var condition = PostgresCheck.Condition(facts: facts, contents: .authority(objection: nil))
    change(&condition)
    return PostgresCheck(
      place: "host=db dbname=signet", isLocal: isLocal, server: .read(condition), newestSchema: 4,
      connectionsOfANode: 9
    ).findings
  }

  @Test func `a server that keeps what it must is well`() {
    let text = "host=db dbname=signet: PostgreSQL 15.8, TLS, durable, schema 4, 20 of 97 connections open"
    #expect(Self.findings() == [.ok("database", text)])
    let local = Self.findings(isLocal: true) { $0.facts.isEncrypted = false }
    #expect(local.map(\.level) == [.ok] && local[0].text.contains("on this machine"))
    #expect(Self.findings { ($0.clockLead, $0.clockDoubt) = (2_400, 500) }.map(\.level) == [.ok])
    #expect(Self.findings { $0.facts.connectionsOpen = 88 }.map(\.level) == [.ok])
  }

  struct Sickness: Sendable {
    let level: Finding.Level
    let text: String
    let change: @Sendable (inout PostgresCheck.Condition) -> Void

    init(
      _ level: Finding.Level, _ text: String,
      _ change: @escaping @Sendable (inout PostgresCheck.Condition) -> Void
    ) {
      (self.level, self.text, self.change) = (level, text, change)
    }
  }

  @Test(arguments: [
    Sickness(.problem, "it is PostgreSQL 14") { $0.facts.release = 140_020 },
    Sickness(.problem, "keeps texts as LATIN1") { $0.facts.encoding = "LATIN1" },
    Sickness(.problem, "in the order of some language") { $0.facts.ordersByBytes = false },
    Sickness(.problem, "synchronous_commit is off") { $0.facts.synchronousCommit = "off" },
    Sickness(.warning, "no standby is waited for") { $0.facts.synchronousCommit = "local" },
    Sickness(.problem, "in plain text") { $0.facts.isEncrypted = false },
    Sickness(.problem, "it is empty") { $0.contents = .empty },
    Sickness(.problem, "another program's tables") { $0.contents = .anotherProgram },
    Sickness(.problem, "schema 3") {
      $0.contents = .authority(objection: .unavailable("it has schema 3; run `signet migrate`"))
    },
    Sickness(.warning, "its clock is 3 s ahead of") { $0.clockLead = 3_000 },
    Sickness(.warning, "its clock is 3 s behind") { $0.clockLead = -3_000 },
    Sickness(.warning, "89 of 97 connections are open, and a node takes 9") { $0.facts.connectionsOpen = 89 },
  ])
  func `what is wrong with it is named, with what to do`(sickness: Sickness) {
    let findings = Self.findings(sickness.change)
    #expect(findings.map(\.level) == [sickness.level])
    #expect(findings[0].text.contains(sickness.text) && findings[0].advice?.isEmpty == false)
  }

  @Test func `one that cannot be reached says why, and a password's file what is wrong with it`() {
    for server in [
      PostgresCheck.Server.failed(.unavailable("connection refused")),
      .locked(CommandError("/p has mode 0644", next: "chmod 600 /p")),
    ] {
      let check = PostgresCheck(
        place: "host=db", isLocal: false, server: server, newestSchema: 4, connectionsOfANode: 9)
      #expect(check.findings.map(\.level) == [.problem])
      #expect(check.findings[0].advice?.isEmpty == false)
    }
  }
}
