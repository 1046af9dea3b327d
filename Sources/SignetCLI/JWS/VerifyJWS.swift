internal import ArgumentParser
internal import Foundation
internal import JOSE

/// `signet jws verify`.
struct VerifyJWS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the signature of a JWS, and writes its content. Claims are not looked at.",
    discussion: """
      Compact and JSON serialization. The content goes to standard output byte for byte, once it is \
      verified; a JWS that is refused writes nothing there, says why on standard error, and has status 1. \
      A key that names its algorithm is for that one; a key that names none is for those that its type and \
      curve permit. Of a set, the JWS names its key by kid; where it names none, each key of the set may \
      verify it. A set in which two keys have the name, or secrets stand beside public keys, is refused.
      """)

  @Option(help: ArgumentHelp("A key: JWK, JWK set, PEM or DER.", valueName: "file"))
  var key: String

  @Option(help: ArgumentHelp("The JWS; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(
    name: [.customLong("payload"), .customLong("detached")],
    help: ArgumentHelp("The content, for a JWS without it (RFC 7515, appendix F).", valueName: "file"))
  var payload: String?

  @Option(
    name: [.customLong("algorithm"), .customLong("alg")],
    help: ArgumentHelp("The only algorithm to accept.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @Flag(help: "Of several signatures, one that verifies is enough.")
  var any = false

  @Flag(help: "Of several signatures, each must verify.")
  var all = false

  @Option(help: ArgumentHelp("Write the content there instead; - is standard output.", valueName: "file"))
  var out = "-"

  @Flag(help: "Answer in JSON, with the content in base64url.")
  var json = false

  func validate() throws {
    guard !(any && all) else { throw ValidationError("Give either --any or --all.") }
    guard !(self.in == "-" && payload == "-") else {
      throw ValidationError("Standard input can be read once.")
    }
  }

  mutating func run() throws {
    let keys = try KeyFile(key)
    let text = try InputFile.exactToken(self.in)
    let content = try payload.map { try InputFile.bytes($0) }
    let verified: VerifiedContent
    do {
      let jws = try UnverifiedJWS(text)
      if jws.signatureCount > 1, !any, !all {
        throw CommandError.usage(
          "there are \(jws.signatureCount) signatures",
          next: "say with --any or --all which of them must verify")
      }
      verified = try jws.verify(any ? .any : .all, with: keys, allowing: algorithm, detachedPayload: content)
    } catch let error as JOSEError {
      throw Refusal(error: error, outcome: "verified").report(json: json)
    }
    try accept(verified)
  }

  private func accept(_ verified: VerifiedContent) throws {
    if out != "-" {
      try Data(verified.payload).write(to: URL(filePath: out))
    }
    guard !json else {
      let signatures = verified.signatures.map { signature in
        JSON.object(omittingNil: [
          "alg": .string(signature.algorithm.rawValue), "kid": signature.keyID.map { .string($0) },
        ])
      }
      return Output.json([
        "verified": true, "signatures": .array(signatures),
        "payload": .string(Base64URL.encode(verified.payload)),
      ])
    }
    if out == "-" { Output.bytes(verified.payload) }
  }
}

/// What a JWS says, once its signatures have verified.
struct VerifiedContent {
  let payload: [UInt8]
  let signatures: [(algorithm: SignatureAlgorithm, keyID: String?)]
}
