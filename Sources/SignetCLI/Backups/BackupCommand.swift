internal import ArgumentParser
internal import Foundation
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetSQLite

/// `signet backup`.
struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the database into a new file, also while the server runs.",
    discussion: """
      The copy is one state of the database, whole and checked, in a file of mode 0600. The keyring is not \
      in it: without the one a thief can do little with the other, so keep them apart. `signet restore` \
      takes it back.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      "The file to write, which must not be there yet.",
      discussion: "Else signet-TIME.sqlite in the current directory.", valueName: "file"))
  var to: String?

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let settings = try configuration.settings()
    try settings.database.requireEmbedded(
      "backup", instead: "use pg_dump or pg_basebackup; keep the keyring apart from what they write")
    let directory = AuthorityDirectory(settings.dataDirectory)
    guard FileManager.default.fileExists(atPath: directory.database) else {
      throw CommandError("there is no database at \(directory.database)")
    }
    let file = to ?? "signet-\(SystemClock.now().text.replacing(":", with: "")).sqlite"
    guard !FileManager.default.fileExists(atPath: file) else {
      throw CommandError("\(file) exists already", next: "choose another name; a backup is never overwritten")
    }
    let source = try SQLiteInspection(path: directory.database, mayChange: true)
    let progress = ProgressNote("copied")
    try source.copy(to: file, progress: progress.report)
    try source.close()
    let copy = try SQLiteInspection(path: file)
    let (contents, schema) = (try copy.read { try $0.settings() }, try copy.schemaVersion())
    try copy.close()
    let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    let issuer = contents?.issuer ?? "nobody"
    guard !json else {
      return Output.json([
        "backup": .string(file), "database": .string(directory.database), "issuer": .string(issuer),
        "bytes": .integer(Int64(bytes)), "schema": .integer(schema),
      ])
    }
    Output.line("wrote \(file): the authority of \(issuer), \(bytes) bytes, whole")
  }
}
