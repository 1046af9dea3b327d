internal import ArgumentParser
internal import SignetServer

/// `signet accounts roles`.
struct SetRoles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roles", abstract: "Gives an account exactly these roles.",
    discussion: "Its sessions end when a role is taken away, because their tokens carry it.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @Argument(help: "The roles that it has from now on; none takes all away.")
  var roles: [String] = []

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    let answer = try await access.answer(to: .setRoles(account: account, roles: roles))
    try AccountOutput.write("set the roles of", answer, json: json)
  }
}
