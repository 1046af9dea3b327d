internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet sessions list`.
struct ListSessions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists an account's live sessions, the newest login first.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "The account's username, e-mail address or identifier.")
  var account: String

  @Flag(help: "Answer in JSON, one session a line.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    guard case .sessions(let sessions) = try await access.answer(to: .sessions(account: account)) else {
      throw AdministrationAnswer.unexpected
    }
    guard !json else { return sessions.forEach { Output.json($0.jsonValue) } }
    guard !sessions.isEmpty else { return Output.note("no live sessions") }
    var table = Table()
    table.add(["session", "logged in", "last active", "from", "with"])
    for session in sessions {
      table.add([
        session.id, Timestamp(seconds: session.authenticatedAt).text,
        Timestamp(seconds: session.lastActiveAt).text, session.address ?? "?", session.userAgent ?? "?",
      ])
    }
    table.lines.forEach(Output.line)
  }
}

extension SessionSummary {
  fileprivate var jsonValue: JSON {
    .object(omittingNil: [
      "id": .string(id), "account": .string(account),
      "authenticated_at": .string(Timestamp(seconds: authenticatedAt).text),
      "last_active_at": .string(Timestamp(seconds: lastActiveAt).text),
      "expires_at": .string(Timestamp(seconds: expiresAt).text), "address": address.map { .string($0) },
      "user_agent": userAgent.map { .string($0) },
    ])
  }
}
