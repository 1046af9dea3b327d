internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet accounts list`.
struct ListAccounts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists all accounts.")

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Answer in JSON, one account a line.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    var accounts: [AccountSummary] = []
    try await access.forEachAccount { accounts.append($0) }
    write(accounts)
  }

  private func write(_ accounts: [AccountSummary]) {
    guard !json else { return accounts.forEach { Output.json($0.jsonValue) } }
    guard !accounts.isEmpty else {
      return Output.note("no accounts yet; add one with `signet accounts add`")
    }
    var table = Table()
    for account in accounts {
      let roles = account.roles.joined(separator: " ")
      table.add([account.id, account.isEnabled ? "enabled" : "disabled", account.name, roles])
    }
    table.lines.forEach(Output.line)
  }
}
