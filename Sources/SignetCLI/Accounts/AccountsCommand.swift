internal import ArgumentParser

/// `signet accounts`: who can log in.
struct AccountsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts",
    abstract: "Who can log in.",
    discussion: "An account is named by its username, its e-mail address or its identifier.",
    subcommands: [
      AddAccount.self, ListAccounts.self, ShowAccount.self, DisableAccount.self, EnableAccount.self,
      SetPassword.self, SetRoles.self, EndSessions.self,
    ])
}
