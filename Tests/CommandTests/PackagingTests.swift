import Foundation
import SignetServer
import SignetTesting
import Testing

@testable import SignetCLI

/// What `make install` installs.
@Suite(.blocking) struct PackagingTests {
  /// One test, because an installation copies the program.
  @Test(.timeLimit(.minutes(10)))
  func `an installation has program, unit, completions and a manual page for each command`() throws {
    let root = try Installation()
    defer { root.remove() }
    for file in ["bin/signet", "lib/sysusers.d/signet.conf"] { #expect(root.has(file), "\(file)") }
    try checkCompletions(root)
    for page in try ManualPage.all() {
      #expect(try root.text("share/man/man1/\(page.name).1") == page.text)
    }
    if Tool.isThere("groff") { try checkManual(root) }
    let unit = try root.text("lib/systemd/system/signet.service")
    #expect(unit.contains("ExecStart=/usr/bin/signet serve") && !unit.contains("ExecStart=@"))
    #expect(unit.contains("path in the place of @BINDIR@"), "the comment stays what it was")
    if Tool.isThere("systemd-analyze") { try checkUnit(root) }
  }

  private func checkCompletions(_ root: Installation) throws {
    let bash = "share/bash-completion/completions/signet"
    for file in [bash, "share/zsh/site-functions/_signet", "share/fish/vendor_completions.d/signet.fish"] {
      let script = try root.text(file)
      for word in ["serve", "doctor", "print-config"] { #expect(script.contains(word), "\(file): \(word)") }
      // A command that is not for operators is not suggested.
      #expect(!script.contains("docs/configuration.md"), "\(file)")
    }
    #expect(try Tool.run("bash", ["-n", root.path(bash)]) == Tool.Outcome(status: 0, text: ""))
  }

  /// Every page is sound roff, in plain ASCII.
  private func checkManual(_ root: Installation) throws {
    for page in try ManualPage.all() {
      let file = root.path("share/man/man1/\(page.name).1")
      let outcome = try Tool.run("groff", ["-man", "-Tutf8", "-ww", "-z", file])
      #expect(outcome == Tool.Outcome(status: 0, text: ""), "\(page.name)")
      #expect(page.text.utf8.allSatisfy { $0 < 0x80 }, "\(page.name) is not plain ASCII")
    }
  }

  /// systemd takes the unit, and finds it well shut.
  private func checkUnit(_ root: Installation) throws {
    let unit = root.path("lib/systemd/system/signet.service")
    // The program lies elsewhere in this installation.
    let text = try String(contentsOfFile: unit, encoding: .utf8)
      .replacing("/usr/bin/signet", with: root.path("bin/signet"))
    try Data(text.utf8).write(to: URL(filePath: unit))
    let verified = try Tool.run("systemd-analyze", ["verify", "--man=no", unit])
    #expect(verified.status == 0 && !verified.text.contains("signet.service"), "\(verified.text)")
    // In tenths: 0 is shut to everything, 100 open.
    let security = try Tool.run(
      "systemd-analyze", ["security", "--offline=yes", "--threshold=20", "--no-pager", unit])
    #expect(security.status == 0, "\(security.text)")
  }

  @Test func `the unit runs a user of its own, and restarts nothing that makes no sense`() throws {
    let unit = try String(
      contentsOf: VectorFolder.packageRoot.appending(path: "Packaging/signet.service"), encoding: .utf8)
    let lines = Set(unit.split(separator: "\n").map(String.init))
    let needed = [
      "User=signet", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict",
      "StateDirectory=signet", "StateDirectoryMode=0700", "UMask=0077", "MemoryDenyWriteExecute=yes",
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=@system-service",
      "RestartPreventExitStatus=2", "RestartSec=5", "Type=notify",
      "ExecStart=@BINDIR@/signet serve --config %S/signet", "LimitCORE=0",
    ]
    for line in needed { #expect(lines.contains(line), "\(line) is missing") }
    // systemd looks for it there, and nowhere else.
    let beginning = try #require(unit.range(of: "\n[Service]\n")).lowerBound
    #expect(
      unit[..<beginning].contains("[Unit]\n") && unit[..<beginning].contains("\nStartLimitIntervalSec=0\n"))
  }

  @Test func `the unit waits longer for a stop than one can take`() throws {
    let unit = try Self.text("Packaging/signet.service")
    let line = try #require(unit.firstMatch(of: /\nTimeoutStopSec=(\d+)\n/))
    let limit = Duration.seconds(try #require(Int(line.output.1)))
    // As much again for what the server itself does last.
    let stop = ServerConfiguration.Limits().longestStop + LogQueue.farewell
    #expect(limit >= stop * 2 && limit >= .seconds(60) + stop, "server.drain is up to a minute")
  }

  @Test func `what is installed needs no Swift, and the page says what it needs`() throws {
    let makefile = try Self.text("Makefile")
    let recipe = try #require(makefile.firstMatch(of: /\ninstall:.*\n\t(.*)\n/))
    #expect(recipe.output.1 == "swift build -c release --product signet --static-swift-stdlib")
    let page = try Self.text("docs/operations.md")
    for library in ["libargon2-1", "libsqlite3-0", "libssl3", "libstdc++6", "zlib1g"] {
      #expect(page.contains("`\(library)`"), "\(library)")
    }
    #expect(page.contains("Swift's own libraries are in the program"))
  }

  private static func text(_ file: String) throws -> String {
    try String(contentsOf: VectorFolder.packageRoot.appending(path: file), encoding: .utf8)
  }

  @Test func `a manual page says every option of its command, and every command has one`() throws {
    let pages = try ManualPage.all()
    let program = try CommandHelp.program()
    #expect(pages.map(\.name) == ["signet"] + program.shownSubcommands.map { "signet-\($0.commandName)" })
    #expect(!pages.contains { $0.name == "signet-reference" })
    let serve = try #require(pages.first { $0.name == "signet-serve" }).text
    for flag in Setting.all.compactMap(\.flag) {
      #expect(serve.contains("\n\\fB\(flag.replacing("-", with: "\\-")) <"), "serve has no \(flag)")
    }
    #expect(serve.contains("\n\\fB\\-\\-check\\fR\n") && serve.contains("SIGNET_KEYRING"))
    let accounts = try #require(pages.first { $0.name == "signet-accounts" }).text
    #expect(accounts.contains(".SS signet accounts add\n") && accounts.contains(".SS signet accounts list\n"))
  }
}

/// An installation of the program that was built, in a temporary folder.
private struct Installation {
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "signet-install-\(UUID().uuidString)")
    let script = VectorFolder.packageRoot.appending(path: "Packaging/install").path(percentEncoded: false)
    let outcome = try Tool.run(
      script, [try BuiltProducts.folder() + "/signet"],
      environment: ["DESTDIR": root.path(percentEncoded: false), "PREFIX": "/usr"])
    try #require(outcome == Tool.Outcome(status: 0, text: ""))
  }

  func path(_ file: String) -> String {
    root.appending(path: "usr/\(file)").path(percentEncoded: false)
  }

  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(file)) }

  func text(_ file: String) throws -> String { try String(contentsOfFile: path(file), encoding: .utf8) }

  func remove() {
    do {
      try FileManager.default.removeItem(at: root)
    } catch {
      Issue.record("\(root.path(percentEncoded: false)) is left behind")
    }
  }
}

/// A program of the system.
private enum Tool {
  struct Outcome: Equatable {
    let status: Int32
    /// Standard output and standard error.
    let text: String
  }

  static func isThere(_ name: String) -> Bool {
    ["/usr/bin/", "/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + name) }
  }

  static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.environment = environment.merging([
      "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
    ]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, text: text)
  }
}
