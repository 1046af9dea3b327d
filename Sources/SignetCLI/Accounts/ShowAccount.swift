internal import ArgumentParser
internal import SignetServer

/// `signet accounts show`.
struct ShowAccount: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one account.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    guard case .account(let found) = try await access.answer(to: .account(account)) else {
      throw AdministrationAnswer.unexpected
    }
    guard !json else { return Output.json(found.jsonValue) }
    found.lines.forEach(Output.line)
  }
}
