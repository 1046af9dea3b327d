internal import ArgumentParser
internal import SignetServer

/// `signet keys rotate`.
struct RotateKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Retires the active key and signs with the next one.",
    discussion:
      """
      The next key must have been published for `signing.publish-ahead`, so that verifiers have it. With \
      --resource the resource's own secret is meant: give it the next one first, with `signet keys export`.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("Rotate the secret of this resource.", valueName: "name"))
  var resource: String?

  @Flag(help: "Rotate although verifiers may not have the next key yet.")
  var force = false

  @Flag(help: "Answer in JSON, one key a line.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    guard case .keys(let keys) = try await access.answer(to: .rotateKeys(isForced: force, resource: resource))
    else {
      throw AdministrationAnswer.unexpected
    }
    SigningKeyOutput.write(keys, json: json)
  }
}
