internal import ArgumentParser
internal import SignetServer

/// `signet accounts enable`.
struct EnableAccount: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Lets a disabled account log in again. Its sessions stay ended.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    guard case .account(let enabled) = try await access.answer(to: .enableAccount(account)) else {
      throw AdministrationAnswer.unexpected
    }
    guard !json else { return Output.json(enabled.jsonValue) }
    Output.line("enabled \(enabled.name)")
  }
}
