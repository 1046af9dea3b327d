internal import ArgumentParser

/// `signet sessions`: logins that last.
struct SessionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "Logins that last.",
    subcommands: [ListSessions.self, RevokeSession.self])
}
