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
    isLocal: Bool = false, asksForCertificate: Bool = true,
    _ change: (inout PostgresCheck.Condition) -> Void = { _ in }
  ) -> [Finding] {
    var condition = PostgresCheck.Condition(
      facts: facts, contents: .authority(schema: 4, objection: nil))
    change(&condition)
    return PostgresCheck(
      place: "host=db dbname=signet", isLocal: isLocal, asksForCertificate: asksForCertificate,
      server: .read(condition), connectionsOfANode: 9
    ).findings
  }

  @Test func `a server that keeps what it must is well`() {
    let text =
      "host=db dbname=signet: PostgreSQL 15.8, TLS, synchronous_commit on, schema 4, "
      + "20 of 97 connections open"
    #expect(Self.findings() == [.ok("database", text)])
    // A newer release's schema that this program can work with is shown as what it is.
    let newer = Self.findings { $0.contents = .authority(schema: 5, objection: nil) }
    #expect(newer.map(\.level) == [.ok] && newer[0].text.contains("schema 5"))
    let local = Self.findings(isLocal: true, asksForCertificate: false) { $0.facts.isEncrypted = false }
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
    Sickness(.problem, "fsync is off") { $0.facts.flushes = false },
    Sickness(.warning, "every role of the server may connect") { $0.facts.isOpenToAll = true },
    Sickness(.warning, "may put tables and functions beside") { $0.facts.isWritableByAll = true },
    Sickness(.warning, "no standby is waited for") { $0.facts.synchronousCommit = "local" },
    Sickness(.problem, "in plain text") { $0.facts.isEncrypted = false },
    Sickness(.problem, "it is empty") { $0.contents = .empty },
    Sickness(.problem, "another program's tables") { $0.contents = .anotherProgram },
    Sickness(.problem, "schema 3") {
      $0.contents = .authority(
        schema: 3, objection: .unavailable("it has schema 3; run `signet migrate`"))
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

  @Test func `a way that asks for no certificate is a problem, however well it is encrypted`() {
    let findings = Self.findings(asksForCertificate: false)
    #expect(findings.map(\.level) == [.problem])
    #expect(findings[0].text.contains("can play the server") && findings[0].advice?.isEmpty == false)
  }

  @Test(arguments: [
    ("", true), ("host=/run/postgresql", true), ("host=@signet", true), ("host=localhost", true),
    ("host=127.0.0.1", true), ("host=::1", true), ("host=/run/a,127.9.9.9", true),
    ("host=db.example.com hostaddr=127.0.0.1", true), ("host=127.evil.example", false),
    ("host=127.0.0.1.evil.example", false), ("host=localhost.example.com", false),
    ("host=localhost hostaddr=10.0.0.1", false), ("host=localhost,db.example.com", false),
    ("host=localhost,db.example.com hostaddr=127.0.0.1,", false),
  ])
  func `a server is here by its address, not by what a name begins with`(
    url: String, isLocal: Bool
  ) throws {
    #expect(try PostgresTarget("\(url) dbname=signet").isLocal == isLocal, "\(url)")
  }

  @Test(arguments: ["verify-full", "verify-ca", "require", "prefer", "allow", "disable"])
  func `only two of the ways ask for a certificate, and one of them is the default`(mode: String) throws {
    #expect(try PostgresTarget("host=db").asksForCertificate)
    #expect(
      try PostgresTarget("host=db sslmode=\(mode)").asksForCertificate == mode.hasPrefix("verify-"))
  }

  @Test func `one that cannot be reached says why, and a password's file what is wrong with it`() {
    for server in [
      PostgresCheck.Server.failed(.unavailable("connection refused")),
      .locked(CommandError("/p has mode 0644", next: "chmod 600 /p")),
    ] {
      let check = PostgresCheck(
        place: "host=db", isLocal: false, asksForCertificate: true, server: server, connectionsOfANode: 9)
      #expect(check.findings.map(\.level) == [.problem])
      #expect(check.findings[0].advice?.isEmpty == false)
    }
  }
}
