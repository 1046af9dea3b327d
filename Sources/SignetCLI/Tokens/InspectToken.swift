internal import ArgumentParser
internal import JOSE

/// `signet token inspect`.
struct InspectToken: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Shows what a token says of itself. Verifies nothing.")

  @Option(help: ArgumentHelp("The token; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let bytes = try InputFile.token(self.in)
    let token: UnverifiedToken
    do {
      token = try UnverifiedToken(bytes)
    } catch {
      throw CommandError("this is no token: \(error)")
    }
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "verified": false, "header": token.header.json(), "payload": token.payload?.json(),
        ]))
    }
    Output.line("NOTHING HERE IS VERIFIED. Anybody can write such a token; use `signet token verify`.")
    write("header", token.header)
    guard let payload = token.payload else {
      return Output.line("payload  encrypted")
    }
    write("payload", payload)
  }

  private func write(_ name: String, _ object: ParsedJSON) {
    Output.line("")
    Output.line(name)
    var table = Table()
    for (member, value) in object.members ?? [] {
      table.add(["  \(member)", Self.text(of: value, member)])
    }
    table.lines.forEach(Output.line)
  }

  private static let instants: Set<String> = ["exp", "iat", "nbf", "auth_time", "updated_at"]

  /// The value as JSON; an instant also as a date.
  private static func text(of value: ParsedJSON, _ member: String) -> String {
    let text = value.json().encodedString()
    guard instants.contains(member), let seconds = value.integer, (0...253_402_300_799).contains(seconds)
    else {
      return text
    }
    return "\(text)  \(Timestamp(seconds: seconds).text)"
  }
}
