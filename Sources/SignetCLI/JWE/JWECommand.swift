internal import ArgumentParser

/// `signet jwe`: encrypted content (RFC 7516).
struct JWECommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jwe", abstract: "Encrypted content (RFC 7516).",
    subcommands: [EncryptJWE.self, DecryptJWE.self])
}
