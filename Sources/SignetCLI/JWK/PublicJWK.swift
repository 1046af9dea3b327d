internal import ArgumentParser
internal import JOSE

/// `signet jwk public`.
struct PublicJWK: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "public", abstract: "The public half of a key, or of each key of a set.")

  @Argument(help: "A JWK, a JWK set, PEM or DER; - is standard input.")
  var file = "-"

  @Flag(help: "Write PEM (SPKI) in the place of JSON.")
  var pem = false

  @Flag(help: "Answer in JSON; a key is JSON unless --pem is given.")
  var json = false

  func validate() throws {
    guard !(pem && json) else { throw ValidationError("Give either --pem or --json.") }
  }

  mutating func run() throws {
    for key in try KeyFile(file).all() {
      let half = try key.publicKey()
      guard pem else {
        Output.json(half.publicJSON())
        continue
      }
      Output.bytes(Array(try half.publicPEM().utf8))
    }
  }
}
