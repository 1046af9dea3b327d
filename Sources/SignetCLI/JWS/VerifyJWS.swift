internal import ArgumentParser
internal import Foundation
internal import JOSE

/// `signet jws verify`.
struct VerifyJWS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks the signature of a compact JWS. Claims are not looked at.")

  @Option(help: ArgumentHelp("A key: JWK, JWK set, PEM or DER.", valueName: "file"))
  var key: String

  @Option(help: ArgumentHelp("The JWS; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(help: ArgumentHelp("The content, for a JWS without it (RFC 7515, appendix F).", valueName: "file"))
  var detached: String?

  @Option(help: ArgumentHelp("The algorithm, for a key that names none.", valueName: "name"))
  var alg: SignatureAlgorithm?

  @Option(
    help: ArgumentHelp(
      "Write the content there once it is verified; - is standard output.", valueName: "file"))
  var out: String?

  @Flag(help: "Answer in JSON.")
  var json = false

  func validate() throws {
    guard !(json && out == "-") else {
      throw ValidationError("--json and --out - both write to standard output.")
    }
  }

  mutating func run() throws {
    let keys = try KeyFile(key)
    let token = try InputFile.token(self.in)
    let content = try detached.map { try InputFile.bytes($0) }
    let payload: [UInt8]
    let jws: CompactJWS
    let verificationKey: VerificationKey
    do throws(JOSEError) {
      jws = try CompactJWS(token, maximumBytes: InputFile.maximumBytes)
      verificationKey = try keys.verificationKey(named: jws.header.keyID, algorithm: alg)
      payload = try Self.payload(jws, detached: content, with: verificationKey)
    } catch {
      refuse(error)
      throw ExitCode.failure
    }
    try accept(payload, jws.header, verificationKey.algorithm)
  }

  private static func payload(
    _ jws: CompactJWS, detached: [UInt8]?, with key: VerificationKey
  ) throws(JOSEError) -> [UInt8] {
    guard let detached else { return try jws.verify(with: key) }
    try jws.verify(with: key, detachedPayload: detached)
    return detached
  }

  private func accept(_ payload: [UInt8], _ header: JWSHeader, _ algorithm: SignatureAlgorithm) throws {
    if let out {
      guard out != "-" else { return Output.bytes(payload) }
      try Data(payload).write(to: URL(filePath: out))
    }
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "verified": true, "alg": .string(algorithm.rawValue), "kid": header.keyID.map { .string($0) },
          "payload": .string(Base64URL.encode(payload)),
        ]))
    }
    let name = header.keyID.map { " kid=\($0)" } ?? ""
    Output.line("signature  ok  \(algorithm.rawValue)\(name)")
    Output.line("payload    \(payload.count) bytes")
  }

  private func refuse(_ error: JOSEError) {
    guard !json else {
      return Output.json([
        "verified": false, "code": .string(error.code.rawValue), "detail": .string(error.detail),
      ])
    }
    Output.line("signature  failed  \(error)")
    if error.code == .algorithmMismatch, alg == nil {
      Output.note("signet: a key that names no algorithm needs --alg; it is never taken from the token")
    }
  }
}
