internal import ArgumentParser
internal import Foundation
internal import SignetServer

/// `signet keys export`.
struct ExportSecrets: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Hands over the secret of a resource whose tokens are signed with HS256.",
    discussion: """
      The key set holds what the resource needs to check its tokens, also just before and after a rotation: \
      replace its file with a new one before each. Who has it can make tokens for that resource, and for no \
      other. Every export is in the audit log.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("The resource, as the configuration calls it.", valueName: "name"))
  var resource: String

  @Option(help: ArgumentHelp("Write it to a new file of mode 0600.", valueName: "file"))
  var out: String?

  @Flag(help: "Answer in JSON; a key set always is.")
  var json = false

  mutating func run() async throws {
    if let out, FileManager.default.fileExists(atPath: out) {
      throw CommandError("\(out) exists already", next: "choose another name; a key is never overwritten")
    }
    let access = try AuthorityAccess(configuration)
    guard case .resourceSecrets(let keys) = try await access.answer(to: .resourceSecrets(resource)) else {
      throw AdministrationAnswer.unexpected
    }
    guard let out else { return Output.line(keys.value) }
    // The process's umask makes it its owner's alone.
    try Data((keys.value + "\n").utf8).write(to: URL(filePath: out), options: .withoutOverwriting)
    Output.note("wrote \(out): what “\(resource)” checks its tokens with")
  }
}
