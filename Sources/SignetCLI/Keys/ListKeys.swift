internal import ArgumentParser
internal import SignetServer

/// `signet keys list`.
struct ListKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the signing keys: retired, active, next.",
    discussion: "Times ahead are the schedule's: see `signing.rotation-interval` and `signing.publish-ahead`."
  )

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Answer in JSON, one key a line.")
  var json = false

  mutating func run() async throws {
    guard case .keys(let keys) = try await AuthorityAccess(configuration).answer(to: .signingKeys) else {
      throw AdministrationAnswer.unexpected
    }
    SigningKeyOutput.write(keys, json: json)
  }
}
