internal import ArgumentParser
internal import JOSE

/// `signet jws sign`.
struct SignJWS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Signs content with keys of your own.",
    discussion: """
      The content is signed byte for byte. A key that names no algorithm needs --algorithm, unless its curve \
      leaves only one. Several keys make several signatures, in general serialization.
      """)

  @Option(help: ArgumentHelp("A private key: JWK, PEM or DER. May be given again.", valueName: "file"))
  var key: [String]

  @Option(help: ArgumentHelp("The content; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(help: ArgumentHelp("compact, flattened or general.", valueName: "form"))
  var serialization: Serialization?

  @Flag(help: "Leave the content out: it travels apart (RFC 7515, appendix F).")
  var detached = false

  @Flag(help: "Sign the content as it is, not in base64url (RFC 7797).")
  var unencoded = false

  @Option(help: ArgumentHelp("The header's typ.", valueName: "name"))
  var type: String?

  @Option(help: ArgumentHelp("The header's cty.", valueName: "name"))
  var contentType: String?

  @Option(
    name: [.customLong("algorithm"), .customLong("alg")],
    help: ArgumentHelp("The algorithm, for keys that name none.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @Flag(help: "Answer in JSON: the same as --serialization flattened.")
  var json = false

  func validate() throws {
    guard !key.isEmpty else { throw ValidationError("Give a key with --key.") }
    guard key.count == 1 || form == .general else {
      throw ValidationError("Several signatures need --serialization general.")
    }
    guard !(json && form == .compact) else {
      throw ValidationError("A compact JWS is not JSON: give --json or --serialization compact.")
    }
    guard !(unencoded && form == .compact && !detached) else {
      throw ValidationError(
        "A compact JWS cannot hold content as it is: give --detached, or --serialization flattened.")
    }
  }

  private var form: Serialization {
    serialization ?? (key.count > 1 ? .general : json ? .flattened : .compact)
  }

  mutating func run() throws {
    let keys = try key.map { try Self.signingKey($0, algorithm) }
    Output.line(try signed(try InputFile.bytes(self.in), with: keys))
  }

  private func signed(_ content: [UInt8], with keys: [SigningKey]) throws -> String {
    guard form == .compact, let key = keys.first else {
      let signatories = keys.map { JSONJWS.Signatory($0, type: type, contentType: contentType) }
      guard form == .flattened, let signatory = signatories.first else {
        return try JSONJWS.sign(
          payload: content, by: signatories, isPayloadEncoded: !unencoded, isDetached: detached)
      }
      return try JSONJWS.sign(
        payload: content, by: signatory, isPayloadEncoded: !unencoded, isDetached: detached)
    }
    guard detached else {
      return try CompactJWS.sign(payload: content, type: type, contentType: contentType, with: key)
    }
    guard contentType == nil else {
      throw CommandError.usage("a compact JWS without its content takes no --content-type")
    }
    return try CompactJWS.sign(
      detachedPayload: content, type: type, with: key, isPayloadEncoded: !unencoded)
  }

  /// The one key of a file, for one algorithm.
  private static func signingKey(
    _ path: String, _ algorithm: SignatureAlgorithm?
  ) throws(CommandError) -> SigningKey {
    let key = try KeyFile(path).single()
    do throws(JOSEError) {
      let permitted = key.permittedSignatures(algorithm)
      guard permitted.count <= 1 else {
        throw JOSEError(.algorithmMismatch, "neither the key nor --algorithm names an algorithm")
      }
      return try SigningKey(key, algorithm: algorithm ?? permitted.first)
    } catch {
      throw .usage(
        "\(InputFile.name(path)) cannot sign: \(error.detail)",
        next: "give a private key; RSA keys and secrets that name no algorithm also need --algorithm")
    }
  }
}
