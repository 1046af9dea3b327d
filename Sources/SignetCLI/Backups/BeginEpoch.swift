internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet epoch begin`.
struct BeginEpoch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "begin",
    abstract: "Takes back every token and ends every session, after a database was lost.",
    discussion: """
      For a database on PostgreSQL that came from a backup, or that took over from another which it had not \
      followed to the end: it does not know what was ended since, so nobody's word of that time counts any \
      more. Nodes that run go on with it at once. If it is interrupted, repeat it. (`signet restore` does \
      this by itself.)
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Do not ask first.")
  var yes = false

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    if !yes { try Confirmation.require(Self.consequences, question: "Begin a new epoch?") }
    guard case .epochBegun(let epoch, let count) = try await access.answer(to: .beginEpoch) else {
      throw AdministrationAnswer.unexpected
    }
    guard !json else {
      return Output.json(["epoch": .string(epoch), "sessions_ended": .integer(Int64(count))])
    }
    Output.line("a new epoch has begun; \(count) session\(count == 1 ? "" : "s") ended")
    Output.line("if a key was revoked that is back: `signet keys revoke` it again")
  }

  private static let consequences = [
    "Every token that was issued so far is refused from now on, by every node.",
    "Every session ends: everybody has to log in again.",
  ]
}
