internal import ArgumentParser
internal import JOSE

/// `signet init`: makes a new authority.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes a new authority: configuration, keyring, database, first keys.",
    discussion: """
      No account is made: there is no default account and no default password.
      With SIGNET_KEYRING set, that keyring is used and no keyring file is written.
      On PostgreSQL the database must be there, and empty; keyring and configuration are then copied to \
      every other node.
      """)

  @Option(help: ArgumentHelp("Where to make it.", valueName: "path"))
  var directory = "signet-data"

  @Option(help: ArgumentHelp("The URL under which clients will reach it.", valueName: "url"))
  var issuer = "http://127.0.0.1:8080"

  @Option(
    help: ArgumentHelp(
      "The PostgreSQL database to make it in, without a password; else SQLite in the directory.",
      valueName: "url"))
  var databaseURL: String?

  @Option(help: ArgumentHelp("The file that holds its password, of mode 0600.", valueName: "path"))
  var databasePasswordFile: String?

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let birth = AuthorityBirth(
      directory: AuthorityDirectory(directory), issuer: issuer, databaseURL: databaseURL,
      passwordFile: databasePasswordFile)
    try await birth.run()
    let place = birth.directory
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "directory": .string(place.path), "configuration": .string(place.configuration),
          "issuer": .string(issuer),
        ]))
    }
    Output.line("made an authority for \(issuer) in \(place.path)")
    Output.line("")
    Output.line("next:")
    Output.line("  declare your APIs and roles in   \(place.configuration)")
    Output.line(
      "  add somebody who can log in:     signet accounts add --config \(place.path) --username NAME")
    Output.line("  start it:                        signet serve --config \(place.path)")
    if !birth.isKeyringGiven {
      Output.line("  keep a copy of the keyring apart from the database: \(place.keyring)")
    }
  }
}
