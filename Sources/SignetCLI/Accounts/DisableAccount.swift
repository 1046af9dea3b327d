internal import ArgumentParser
internal import SignetServer

/// `signet accounts disable`.
struct DisableAccount: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Disables an account and ends all its sessions, at once.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    let answer = try await access.answer(to: .disableAccount(account))
    try AccountOutput.write("disabled", answer, json: json)
  }
}
