internal import ArgumentParser
internal import SignetServer

/// `signet keys export-public`.
struct ExportPublicKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-public",
    abstract: "Writes the published key set, as /.well-known/jwks.json serves it.")

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Answer in JSON; a key set always is.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    guard case .verificationKeys(_, let keys) = try await access.answer(to: .verificationKeys) else {
      throw AdministrationAnswer.unexpected
    }
    Output.line(keys)
  }
}
