internal import ArgumentParser

/// `signet token`: JSON Web Tokens.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "JSON Web Tokens: sign, verify, look inside.",
    subcommands: [SignToken.self, VerifyToken.self, InspectToken.self])
}
