internal import ArgumentParser
internal import Foundation
internal import JOSE

/// `signet jwe decrypt`.
struct DecryptJWE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt", abstract: "Decrypts a JWE, and writes its content.",
    discussion: """
      Compact and JSON serialization. The content goes to standard output byte for byte; a JWE that is \
      refused writes nothing there, says why on standard error, and has status 1. A key that names its \
      algorithm is for that one; a key that names none is for those that its type and curve permit, \
      passwords excepted. Of a set, the JWE names its key by kid; where it names none, each key of the set \
      is tried. Compressed content is inflated to 250,000 bytes at most; passwords are hashed 1,000 to \
      1,200,000 times.
      """)

  @Option(help: ArgumentHelp("A private or shared key: JWK, JWK set, PEM or DER.", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
  var passwordFile: String?

  @Option(help: ArgumentHelp("The JWE; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(
    name: [.customLong("algorithm"), .customLong("alg")],
    help: ArgumentHelp("The only way to accept of encrypting the content's key.", valueName: "name"))
  var algorithm: KeyManagementAlgorithm?

  @Option(
    name: [.customLong("encryption"), .customLong("enc")],
    help: ArgumentHelp("The only way to accept of encrypting the content.", valueName: "name"))
  var encryption: ContentEncryptionAlgorithm?

  @Option(help: ArgumentHelp("Write the content there instead; - is standard output.", valueName: "file"))
  var out = "-"

  @Flag(help: "Answer in JSON, with the content in base64url.")
  var json = false

  func validate() throws {
    guard (key == nil) != (passwordFile == nil) else {
      throw ValidationError("Give either --key or --password-file.")
    }
    guard [self.in, key, passwordFile].filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("Standard input can be read once.")
    }
  }

  mutating func run() throws {
    let source = try source()
    let text = try InputFile.exactToken(self.in)
    let decrypted: DecryptedContent
    do throws(JOSEError) {
      let policy = try DecryptionPolicy(
        allowing: encryption.map { [$0] } ?? Set(ContentEncryptionAlgorithm.allCases),
        allowsCompression: true,
        passwordIterations: source.allowsPasswords ? DecryptionPolicy.iterationCounts : nil)
      decrypted = try UnreadJWE(text).decrypt(with: source, policy)
    } catch {
      throw Refusal(error: error, outcome: "decrypted").report(json: json)
    }
    try accept(decrypted)
  }

  private func source() throws(CommandError) -> DecryptionSource {
    guard let passwordFile else {
      return .file(try KeyFile(key ?? "-"), algorithm)
    }
    let text = try SecretInput.read(prompt: "password", file: passwordFile, isNew: false)
    do throws(JOSEError) {
      return .password(try EncryptionPassword(text), algorithm)
    } catch {
      throw .usage("the password cannot be used: \(error.detail)")
    }
  }

  private func accept(_ decrypted: DecryptedContent) throws {
    if out != "-" {
      try Data(decrypted.plaintext).write(to: URL(filePath: out))
    }
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "decrypted": true, "alg": .string(decrypted.key.algorithm.rawValue),
          "kid": decrypted.key.keyID.map { .string($0) },
          "aad": decrypted.additionalData.map { .string(Base64URL.encode($0)) },
          "plaintext": .string(Base64URL.encode(decrypted.plaintext)),
        ]))
    }
    if out == "-" { Output.bytes(decrypted.plaintext) }
  }
}
