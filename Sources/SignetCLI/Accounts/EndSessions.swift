internal import ArgumentParser
internal import SignetServer

/// `signet accounts end-sessions`.
struct EndSessions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-sessions", abstract: "Ends all sessions of an account, at once.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    let answer = try await access.answer(to: .endSessions(account: account))
    try AccountOutput.write("logged out", answer, json: json)
  }
}
