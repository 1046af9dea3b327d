internal import ArgumentParser
internal import JOSE

/// `signet jwk convert`.
struct ConvertJWK: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Writes a key in another form: JWK, PEM or DER.",
    discussion: """
      A private key becomes PKCS#8, a public one SubjectPublicKeyInfo; neither holds a name or an algorithm. \
      PKCS#1 and SEC 1 are read as well. The private key stays in what is written unless --public is given.
      """)

  /// The forms of a key.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case jwk, pem, der
  }

  @Argument(help: "A JWK, a set of one, PEM or DER; - is standard input.")
  var file = "-"

  @Option(help: ArgumentHelp("What to write: jwk, pem or der.", valueName: "form"))
  var to: Form

  @Flag(name: .customLong("public"), help: "Write the public half.")
  var onlyPublic = false

  @Option(help: ArgumentHelp("The name, for a JWK of a key that has none.", valueName: "text"))
  var kid: String?

  @Option(
    name: [.customLong("alg"), .customLong("algorithm")],
    help: ArgumentHelp("The algorithm, for a JWK of a key that names none.", valueName: "name"))
  var alg: JWK.Algorithm?

  @Flag(help: "Answer in JSON; with --to jwk it is.")
  var json = false

  func validate() throws {
    guard to == .jwk || kid == nil && alg == nil else {
      throw ValidationError(
        "Neither PEM nor DER holds a name or an algorithm: --kid and --alg go with --to jwk.")
    }
    guard to == .jwk || !json else { throw ValidationError("--json goes with --to jwk.") }
  }

  mutating func run() throws {
    let key = try KeyFile(file).single()
    let isPrivate = key.isPrivate && !onlyPublic
    switch to {
    case .der:
      Output.bytes(try isPrivate ? key.privateDER() : key.publicDER())
    case .pem:
      Output.bytes(Array(try isPrivate ? key.privatePEM().utf8 : key.publicPEM().utf8))
    case .jwk:
      let named = try Self.key(key, named: kid, for: alg)
      Output.json(try isPrivate ? named.privateJSON() : named.publicKey().publicJSON())
    }
  }

  /// The key with a name and an algorithm that it did not have.
  private static func key(
    _ key: JWK, named keyID: String?, for algorithm: JWK.Algorithm?
  ) throws -> JWK {
    guard keyID == nil || key.keyID == nil || key.keyID == keyID else {
      throw CommandError.usage("the key has a name already", next: "leave --kid away")
    }
    guard algorithm == nil || key.algorithm == nil || key.algorithm == algorithm else {
      throw CommandError.usage("the key has an algorithm already: it has one only", next: "leave --alg away")
    }
    guard case .object(var members) = key.privateJSON() else { return key }
    if key.keyID == nil, let keyID { members.append(JSONMember(name: "kid", value: .string(keyID))) }
    if key.algorithm == nil, let algorithm {
      members.append(JSONMember(name: "alg", value: .string(algorithm.name)))
    }
    // Read again, so that what is written is a key that can have that algorithm.
    return try JWK(ParsedJSON(parsing: JSON.object(members).encoded(), limits: KeyFile.limits))
  }
}
