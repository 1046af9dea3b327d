internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet jwk generate`.
struct GenerateJWK: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Makes a key.",
    discussion: """
      The private key goes to standard output, or into a new file of mode 0600. A key is for one algorithm: \
      to sign (HS256, RS256, PS256, ES256, Ed25519, ML-DSA-65, …), to encrypt keys (RSA-OAEP-256, \
      ECDH-ES+A256KW, A256KW, …) or to encrypt content itself (A256GCM, …).
      """)

  @Option(
    name: [.customLong("alg"), .customLong("algorithm")],
    help: ArgumentHelp("What the key is for: HS256 … Ed25519, ECDH-ES … A256GCM.", valueName: "name"))
  var alg: JWK.Algorithm

  @Option(help: ArgumentHelp("The curve of ECDH-ES: P-256, P-384, P-521 or X25519.", valueName: "name"))
  var curve: JWK.AgreementCurve?

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
    var isAgreed = false
    if case .keyManagement(let algorithm) = alg {
      guard algorithm != .direct else {
        throw ValidationError("dir has no key of a size of its own: name the enc, as A256GCM.")
      }
      guard !algorithm.isPasswordBased else {
        throw ValidationError("\(algorithm.rawValue) takes a password: signet jwe has --password-file.")
      }
      isAgreed = algorithm.rawValue.hasPrefix("ECDH-ES")
    }
    guard curve == nil || isAgreed else { throw ValidationError("--curve is for ECDH-ES.") }
  }

  mutating func run() throws {
    let name = kid ?? Base64URL.encode(SecureRandom.system.bytes(12))
    let key =
      switch alg {
      case .signature(let algorithm): try JWK.generate(algorithm, keyID: name)
      case .keyManagement(let algorithm): try JWK.generate(algorithm, curve: curve ?? .p256, keyID: name)
      case .contentEncryption(let algorithm): try JWK.generate(algorithm, keyID: name)
      }
    let text = pem ? try key.privatePEM() : key.privateJSON().encodedString() + "\n"
    guard let out else { return Output.bytes(Array(text.utf8)) }
    try NewFile.write(Array(text.utf8), to: out)
    Output.line("wrote \(out): \(alg.name) kid=\(name)")
  }
}
