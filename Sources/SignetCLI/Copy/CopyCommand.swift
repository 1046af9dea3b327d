internal import ArgumentParser
internal import JOSE
internal import SignetAuthority
internal import SignetServer
internal import SignetStorage

/// `signet copy`.
struct CopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy", abstract: "Moves an authority from one database to another.",
    discussion: """
      From SQLite to PostgreSQL, or back. Every node must be stopped, and the target must be empty. Nothing \
      of the target counts before all of it is there and has been compared; then the source notes where the \
      authority has gone, and serves nobody any more. A copy that was interrupted is begun again with the \
      same two places.

      A place is a data directory, a SQLite file, or the URL of a PostgreSQL database without a password.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("The database that the authority is in.", valueName: "place"))
  var from: String

  @Option(help: ArgumentHelp("The new database that it goes to.", valueName: "place"))
  var to: String

  @Option(
    help: ArgumentHelp(
      "The file that holds the password of --from; else that of database.url, if it is the same place.",
      valueName: "path"))
  var fromPasswordFile: String?

  @Option(help: ArgumentHelp("The same for --to.", valueName: "path"))
  var toPasswordFile: String?

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let settings = try configuration.settings()
    let directory = AuthorityDirectory(settings.dataDirectory)
    let authority = Authority(
      policy: settings.policy, keyring: try directory.readKeyring(), random: .system)
    let source = try CopyPlace(from, option: "from", passwordFile: fromPasswordFile, settings).source()
    let target = try CopyPlace(to, option: "to", passwordFile: toPasswordFile, settings).target()
    let beginning = ContinuousClock.now
    let progress = CopyProgressNote()
    let report: CopyReport
    do {
      defer { progress.end() }
      report = try StorageCopy.run(
        from: source, to: target, check: { try authority.checkForMove(in: $0) }, progress: progress.report)
    } catch CopyRefusal.copiedBefore {
      return writeNothingDone(source, target)
    } catch {
      throw CopyFailure.error(error, source: source.name, target: target.name)
    }
    write(report, source, target, issuer: settings.policy.issuer, took: ContinuousClock.now - beginning)
  }

  private func writeNothingDone(_ source: any CopySource, _ target: any CopyTarget) {
    guard !json else {
      return Output.json([
        "from": .string(source.name), "to": .string(target.name), "copied": .bool(false),
      ])
    }
    Output.line("nothing to do: \(source.name) was moved to \(target.name) before, and that is not empty")
  }

  private func write(
    _ report: CopyReport, _ source: any CopySource, _ target: any CopyTarget, issuer: String,
    took duration: Duration
  ) {
    let rows = report.tables.reduce(0) { $0 + $1.digest.rows }
    guard !json else {
      let tables = report.tables.map { name, digest -> JSON in
        ["name": .string(name), "rows": .integer(digest.rows), "sha256": .string(digest.hexadecimal)]
      }
      return Output.json([
        "from": .string(source.name), "to": .string(target.name), "copied": .bool(true),
        "rows": .integer(rows), "seconds": .integer(duration.components.seconds), "tables": .array(tables),
      ])
    }
    Output.line("moved the authority of \(issuer)")
    Output.line("from \(source.name), which serves nobody any more")
    Output.line("to   \(target.name)")
    Output.line("")
    var table = Table()
    table.add(["table", "rows", "SHA-256, the same on both sides"])
    for (name, digest) in report.tables {
      table.add([name, "\(digest.rows)", String(digest.hexadecimal.prefix(32))])
    }
    table.lines.forEach(Output.line)
    Output.line("")
    Output.line("\(rows) rows in \(duration.components.seconds) s")
  }
}

extension TableDigest {
  fileprivate var hexadecimal: String {
    sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
