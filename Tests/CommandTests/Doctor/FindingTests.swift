import JOSE
import SignetAuthority
import Testing

@testable import SignetCLI

@Suite struct FindingTests {
  @Test func `a report is in columns, with what to do below`() {
    let report = FindingReport(findings: [
      .ok("clock", "synchronised"), .warning("database", "little room", advice: "make room"),
      .problem("tls", "expired", advice: "renew it"),
    ])
    #expect(
      report.lines == [
        "clock     ok       synchronised", "database  warning  little room", "                   → make room",
        "tls       problem  expired", "                   → renew it",
      ])
    #expect(report.summary == "1 problem, 1 warning" && report.hasProblem)
    #expect(
      report.json.map { $0.encodedString() } == [
        #"{"check":"clock","level":"ok","text":"synchronised"}"#,
        #"{"check":"database","level":"warning","text":"little room","advice":"make room"}"#,
        #"{"check":"tls","level":"problem","text":"expired","advice":"renew it"}"#,
      ])
  }

  @Test func `warnings alone are no problem, and nothing is all well`() {
    let warnings = FindingReport(findings: [.warning("a", "b", advice: "c"), .warning("a", "d", advice: "e")])
    #expect(!warnings.hasProblem && warnings.summary == "2 warnings")
    #expect(FindingReport(findings: [.ok("a", "b")]).summary == "all is well")
  }

  @Test func `an error's own advice becomes the finding's`() {
    let command = Finding.problem("a", error: CommandError("it broke", next: "mend it"))
    #expect(command.text == "it broke" && command.advice == "mend it")
    let text = Finding.problem("a", error: OpeningError.wrongKeyring)
    #expect(text.text.hasPrefix("the keyring is not the one") && text.advice?.hasPrefix("restore") == true)
    #expect(
      Finding.problem("a", error: ConfigurationError(place: "x", problem: "y")).advice?.isEmpty == false)
  }
}
