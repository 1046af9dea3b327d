internal import ArgumentParser

/// `signet json`: JSON as tokens must have it.
struct JSONCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "json", abstract: "JSON as tokens must have it.", subcommands: [CheckJSON.self])
}
