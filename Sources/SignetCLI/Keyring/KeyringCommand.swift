internal import ArgumentParser
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetServer

/// `signet keyring`: the root secrets of an authority.
struct KeyringCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyring", abstract: "The root secrets of an authority.", subcommands: [KeyringLine.self])
}

/// `signet keyring line`.
struct KeyringLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "line", abstract: "Makes a new line for a keyring, and writes it to standard output.",
    discussion: """
      It is a secret, and stands in nothing but this answer. Put it before the lines that the keyring has, \
      and restart the server: from then on it seals the signing keys and authenticates refresh tokens.
      """)

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let text = Keyring(from: .system).text()
    guard json else { return Output.bytes(Array(text.utf8)) }
    Output.json(["line": .string(String(text.dropLast()))])
  }
}
