internal import ArgumentParser

/// `signet jwk`: keys as JSON (RFC 7517).
struct JWKCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jwk", abstract: "Keys as JSON (RFC 7517).",
    subcommands: [
      GenerateJWK.self, JWKThumbprint.self, PublicJWK.self, ConvertJWK.self, JWKSetCommand.self,
    ])
}
