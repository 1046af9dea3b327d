internal import ArgumentParser
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetServer

/// `signet token sign`.
struct SignToken: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Signs claims with a key of your own.",
    discussion: "The claims are a JSON object. What a flag sets must not be in it already.")

  @Option(help: ArgumentHelp("A private key: JWK, PEM or DER.", valueName: "file"))
  var key: String

  @Option(help: ArgumentHelp("The algorithm, for a key that names none.", valueName: "name"))
  var alg: SignatureAlgorithm?

  @Option(help: ArgumentHelp("The claims; - is standard input.", valueName: "file"))
  var claims = "-"

  @Option(help: ArgumentHelp("What the token is, for its header's typ.", valueName: "name"))
  var type = "JWT"

  @Option(help: ArgumentHelp("Sets iat to now and exp to this much later, as 5m.", valueName: "duration"))
  var expiresIn: String?

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let signingKey: SigningKey
    do {
      signingKey = try KeyFile.signingKey(try KeyFile(key).single(), algorithm: alg)
    } catch let error as JOSEError {
      throw CommandError.usage(
        "\(key) cannot sign: \(error.detail)", next: "give a private key; RSA and secrets also need --alg")
    }
    let token = try JWT.sign(try object(), type: type, with: signingKey)
    guard !json else { return Output.json(["token": .string(token)]) }
    Output.line(token)
  }

  private func object() throws -> JSON {
    let bytes = try InputFile.bytes(claims, limit: 1 << 20)
    let parsed: ParsedJSON
    do {
      parsed = try ParsedJSON(parsing: bytes, limits: JSONLimits(maximumBytes: 1 << 20))
    } catch {
      throw CommandError.usage("\(InputFile.name(claims)) is not strict JSON: \(error.detail)")
    }
    guard case .object(var members) = parsed.json() else {
      throw CommandError.usage("\(InputFile.name(claims)) is no JSON object")
    }
    for (name, instant) in try instants() {
      guard parsed[name] == nil else {
        throw CommandError.usage("the claims hold \(name) already", next: "leave --expires-in away")
      }
      members.append(JSONMember(name: name, value: .timestamp(instant)))
    }
    return .object(members)
  }

  private func instants() throws -> [(String, Timestamp)] {
    guard let expiresIn else { return [] }
    guard let lifetime = Duration(settingText: expiresIn) else {
      throw CommandError.usage(
        "--expires-in is “\(expiresIn)”", next: "write a whole number and a unit, as 90s, 5m, 12h or 30d")
    }
    let now = SystemClock.now()
    return [("iat", now), ("exp", now + lifetime)]
  }
}
