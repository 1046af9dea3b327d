import JOSE
import SignetServer
import Testing

@testable import SignetCLI

/// Clock, hashing, certificate, files, server: a healthy one, and each way to be sick.
@Suite struct MachineCheckTests {
  private static let now = Timestamp(seconds: 1_767_225_600)

  // MARK: Clock

  private static func clock(_ change: (inout ClockCheck) -> Void = { _ in }) -> [Finding] {
    var check = ClockCheck(now: now, isSynchronised: true, newestRecord: now)
    change(&check)
    return check.findings
  }

  @Test func `a clock that is synchronised and has not run backwards is well`() {
    #expect(Self.clock().map(\.level) == [.ok])
    #expect(Self.clock { $0.newestRecord = nil }.map(\.level) == [.ok])
    #expect(Self.clock { $0.isSynchronised = nil }.map(\.level) == [.ok])
    #expect(Self.clock { $0.newestRecord = Self.now + .seconds(2) }.map(\.level) == [.ok])
  }

  @Test func `a clock that is behind the database, moves, or is nobody's is named`() {
    let behind = Self.clock { $0.newestRecord = Self.now + .seconds(3) }
    #expect(behind.map(\.level) == [.problem] && behind[0].text.contains("2026-01-01T00:00:03Z"))
    for step: Duration in [.seconds(60), .seconds(-60)] {
      let moved = Self.clock { $0.step = step }
      #expect(moved.map(\.level) == [.problem] && moved[0].text.contains("60 s"))
    }
    #expect(Self.clock { $0.isSynchronised = false }.map(\.level) == [.warning])
  }

  // MARK: Hashing

  private static func hashing(_ change: (inout HashingCheck) -> Void = { _ in }) -> [Finding] {
    var check = HashingCheck(
      memoryKiB: 19_456, threads: 2, cores: 4, machineMemoryKiB: 1 << 20, timeOfOne: .milliseconds(16))
    change(&check)
    return check.findings
  }

  @Test func `a machine that hashes in time is well, and its logins a second are said`() {
    #expect(Self.hashing() == [.ok("hashing", "16 ms a hash, 125 logins/s with 2 threads, 38 MiB")])
  }

  @Test func `more threads than cores, more memory than there is, and slow hashes are named`() {
    let threads = Self.hashing { $0.threads = 5 }
    #expect(
      threads.map(\.level) == [.warning] && threads[0].text.contains("is 5, and the machine has 4 cores"))
    let memory = Self.hashing { $0.machineMemoryKiB = 128 << 10 }
    #expect(memory.map(\.level) == [.warning] && memory[0].text.contains("38 MiB, of 128 MiB"))
    let slow = Self.hashing { $0.timeOfOne = .milliseconds(1001) }
    #expect(slow.map(\.level) == [.warning] && slow[0].text.contains("1001 ms"))
  }

  // MARK: Certificate

  private static func tls(_ names: [String], days: Int64, hasProxies: Bool = false) -> [Finding] {
    let summary = CertificateSummary(names: names, validUntil: now + .seconds(days * 86_400 + 60))
    return CertificateCheck(
      certificate: .read(summary), issuerHost: "id.example.com", hasProxies: hasProxies, now: now
    ).findings
  }

  @Test func `a certificate that names the issuer's host is well until two weeks before its end`() {
    let well = Self.tls(["id.example.com"], days: 14)
    #expect(well.map(\.level) == [.ok] && well[0].text.contains("14 days left"))
    #expect(Self.tls(["id.example.com"], days: 13).map(\.level) == [.warning])
    #expect(Self.tls(["id.example.com"], days: 3).map(\.level) == [.warning])
    #expect(Self.tls(["id.example.com"], days: 2).map(\.level) == [.problem])
    let none = CertificateCheck(
      certificate: .none(address: "127.0.0.1"), issuerHost: "a", hasProxies: false, now: Self.now)
    #expect(none.findings.map(\.level) == [.ok])
  }

  @Test func `a certificate of another name is a problem for clients, and a warning behind proxies`() {
    let other = Self.tls(["www.example.com"], days: 90)
    #expect(other.map(\.level) == [.problem] && other[0].text.contains("www.example.com"))
    #expect(Self.tls(["www.example.com"], days: 90, hasProxies: true).map(\.level) == [.warning])
    #expect(Self.tls([], days: 1).map(\.level) == [.problem, .problem])
  }

  // MARK: Files

  private static func files(_ change: (inout FileCheck) -> Void = { _ in }) -> [Finding] {
    var check = FileCheck(
      directory: FileCheck.File(path: "/d", mode: 0o700, owner: 7), directoryPath: "/d",
      files: [FileCheck.File(path: "/d/keyring", mode: 0o600, owner: 7)], user: 7)
    change(&check)
    return check.findings
  }

  @Test func `files of one owner are well, and whatever others may use is named with its cure`() {
    #expect(Self.files().map(\.level) == [.ok])
    #expect(Self.files { $0.directory?.mode = 0o755 }.map(\.level) == [.ok])
    let open = Self.files { $0.directory?.mode = 0o770 }
    #expect(open.map(\.level) == [.problem] && open[0].advice == "chmod 700 /d")
    let readable = Self.files { $0.files[0].mode = 0o640 }
    #expect(
      readable.map(\.level) == [.problem] && readable[0].advice?.hasPrefix("chmod 600 /d/keyring") == true)
    let foreign = Self.files { $0.files[0].owner = 0 }
    #expect(foreign.map(\.level) == [.problem] && foreign[0].advice?.hasPrefix("chown 7 ") == true)
    #expect(Self.files { $0.user = 8 }.map(\.level) == [.warning])
    #expect(Self.files { $0.user = 0 }.map(\.level) == [.ok])
    #expect(Self.files { $0.directory = nil }.map(\.level) == [.problem])
  }

  // MARK: Server

  @Test(arguments: [
    (ServerCheck.Answer.answered, true, Finding.Level.ok), (.nobody, false, .ok), (.nobody, true, .problem),
    (.failed(.peerRefused), true, .problem), (.failed(.noAnswer), true, .problem),
  ])
  func `a server answers, or nobody holds its database`(
    answer: ServerCheck.Answer, isInUse: Bool, level: Finding.Level
  ) {
    let check = ServerCheck(answer: answer, socket: "/d/signet.sock", isDatabaseInUse: isInUse)
    #expect(check.findings.map(\.level) == [level])
  }

  @Test func `what a running server's settings may have otherwise is said as this command's`() {
    var check = ServerCheck(answer: .nobody, socket: "/d/signet.sock", isDatabaseInUse: false)
    let findings = [
      Finding.ok("issuer", "fine"), .problem("keyring", "there is no keyring", advice: "restore the file"),
    ]
    #expect(check.qualified(findings) == findings)
    check.answer = .answered
    let qualified = check.qualified(findings)
    #expect(qualified[0] == findings[0])
    #expect(qualified[1].level == .problem)
    #expect(qualified[1].text == "as this command's settings have it: there is no keyring")
    #expect(qualified[1].advice?.hasSuffix("set -a; . /etc/default/signet") == true)
  }
}
