internal import ArgumentParser
internal import JOSE

/// `signet jwk thumbprint`.
struct JWKThumbprint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thumbprint",
    abstract: "The SHA-256 thumbprint of a key (RFC 7638), or of each key of a set.")

  @Argument(help: "A JWK, a JWK set, PEM or DER; - is standard input.")
  var file = "-"

  @Flag(help: "Write it as a URI (RFC 9278).")
  var uri = false

  @Flag(help: "Answer in JSON, one key a line.")
  var json = false

  mutating func run() throws {
    for key in try KeyFile(file).all() {
      let thumbprint = uri ? key.thumbprintURI() : key.thumbprint()
      guard json else {
        Output.line(thumbprint)
        continue
      }
      Output.json(
        .object(omittingNil: ["kid": key.keyID.map { .string($0) }, "thumbprint": .string(thumbprint)]))
    }
  }
}
