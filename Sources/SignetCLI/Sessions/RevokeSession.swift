internal import ArgumentParser
internal import SignetServer

/// `signet sessions revoke`.
struct RevokeSession: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Ends one session, at once.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "The session's identifier, which is the claim `sid` of its tokens.")
  var session: String

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    let answer = try await access.answer(to: .revokeSession(session))
    try AccountOutput.write("ended a session of", answer, json: json)
  }
}
