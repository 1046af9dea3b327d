internal import ArgumentParser
internal import SignetServer

/// `signet accounts end-sessions`.
struct EndSessions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-sessions", abstract: "Ends all sessions of an account, or of every account, at once.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String?

  @Flag(help: "Those of every account.")
  var everybody = false

  @Flag(help: "Answer in JSON, one account a line.")
  var json = false

  mutating func validate() throws {
    guard (account == nil) == everybody else {
      throw ValidationError("name one account, or say --everybody")
    }
  }

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    if let account { return try await end(account, access) }
    var ids: [String] = []
    try await access.forEachAccount { ids.append($0.id) }
    for id in ids { try await end(id, access) }
  }

  private func end(_ account: String, _ access: AuthorityAccess) async throws {
    let answer = try await access.answer(to: .endSessions(account: account))
    try AccountOutput.write("logged out", answer, json: json)
  }
}
