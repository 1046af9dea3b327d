internal import ArgumentParser
internal import Foundation
internal import JOSE

/// `signet restore`.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Puts a backup in the place of the database, and ends every session.",
    discussion: """
      The server must be stopped. The backup is checked first, with the configuration and the keyring; the \
      database that it replaces stays beside it. No token of before is good any more: the backup does not \
      know what was ended since it was made.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: ArgumentHelp("What `signet backup` wrote.", valueName: "file"))
  var file: String

  @Flag(help: "Do not ask first.")
  var yes = false

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let settings = try configuration.settings()
    try settings.database.requireEmbedded(
      "restore",
      instead: "restore the database by PostgreSQL's means; then, before nodes serve from it: "
        + "`signet epoch begin`")
    guard FileManager.default.fileExists(atPath: file) else {
      throw CommandError.usage("there is no file \(file)", next: "give what `signet backup` wrote")
    }
    let restoration = try Restoration(of: AuthorityDirectory(settings.dataDirectory), policy: settings.policy)
    let outcome: Restoration.Outcome
    do {
      let backup = try await restoration.stage(file)
      if !yes { try Confirmation.require(Self.consequences(backup), question: "Restore \(file)?") }
      outcome = try await restoration.putInPlace()
    } catch {
      try restoration.abandon()
      throw error
    }
    write(outcome)
  }

  private static func consequences(_ backup: Restoration.Backup) -> [String] {
    let age = backup.newestRecord.map { "; the newest that it knows of is of \($0.text)" } ?? ""
    return [
      "the authority of \(backup.issuer)\(age)",
      "What has changed since is lost; passwords, accounts and roles that were taken back are good again.",
      "Every session ends: everybody has to log in again.",
    ]
  }

  private func write(_ outcome: Restoration.Outcome) {
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "database": .string(outcome.database), "replaced": outcome.replaced.map { .string($0) },
          "sessions_ended": .integer(Int64(outcome.endedSessions)),
          "keys_revoked": outcome.revokedKeys.map { .strings($0) },
        ]))
    }
    let count = outcome.endedSessions
    Output.line("restored \(outcome.database); \(count) session\(count == 1 ? "" : "s") ended")
    for keyID in outcome.revokedKeys ?? [] {
      Output.line("revoked the key \(keyID), which the replaced database had no longer")
    }
    if let replaced = outcome.replaced { Output.line("the database of before is \(replaced)") }
    if outcome.revokedKeys == nil {
      Output.line("if a key was revoked since the backup: `signet keys revoke` it again, before you serve")
    }
  }
}
