internal import ArgumentParser

/// `signet jws`: signed content that need not be a token (RFC 7515).
struct JWSCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jws", abstract: "Signed content (RFC 7515).",
    subcommands: [SignJWS.self, VerifyJWS.self])
}

/// How something signed or encrypted is written.
enum Serialization: String, ExpressibleByArgument, CaseIterable {
  case compact, flattened, general
}
