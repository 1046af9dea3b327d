internal import ArgumentParser
internal import Foundation
internal import JOSE
internal import SignetServer

/// `signet jwk generate`.
struct GenerateJWK: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Makes a key.",
    discussion: "The private key goes to standard output, or into a new file of mode 0600.")

  @Option(help: ArgumentHelp("What the key is for: HS256 … Ed25519.", valueName: "name"))
  var alg: SignatureAlgorithm

  @Option(help: ArgumentHelp("Its name; 96 random bits if none is given.", valueName: "text"))
  var kid: String?

  @Option(help: ArgumentHelp("Write it to a new file.", valueName: "file"))
  var out: String?

  @Flag(help: "Write PEM (PKCS#8) in the place of JSON. PEM holds neither a name nor an algorithm.")
  var pem = false

  @Flag(help: "Answer in JSON; a key is JSON unless --pem is given.")
  var json = false

  func validate() throws {
    guard !(pem && json) else { throw ValidationError("Give either --pem or --json.") }
  }

  mutating func run() throws {
    let name = kid ?? Base64URL.encode(SecureRandom.system.bytes(12))
    let key = try JWK.generate(alg, keyID: name)
    let text = pem ? try key.privatePEM() : key.privateJSON().encodedString() + "\n"
    guard let out else { return Output.bytes(Array(text.utf8)) }
    guard !FileManager.default.fileExists(atPath: out) else {
      throw CommandError("\(out) exists already", next: "choose another name; a key is never overwritten")
    }
    try Data(text.utf8).write(to: URL(filePath: out), options: .withoutOverwriting)
    Output.note("wrote \(out): \(alg.rawValue) kid=\(name)")
  }
}
