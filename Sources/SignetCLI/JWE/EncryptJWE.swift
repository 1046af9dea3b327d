internal import ArgumentParser
internal import JOSE

/// `signet jwe encrypt`.
struct EncryptJWE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encrypt", abstract: "Encrypts content to public keys, under a shared key, or a password.",
    discussion: """
      Encryption says nothing of who sent it: anybody has a public key. Sign first, and encrypt what was \
      signed. Several keys make one text with several recipients, in general serialization. A key that names \
      no algorithm needs --algorithm.
      """)

  @Option(
    name: [.customLong("key"), .customLong("recipient")],
    help: ArgumentHelp(
      "A recipient's key: JWK, PEM or DER. May be given again for others.", valueName: "file"))
  var keys: [String] = []

  @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
  var passwordFile: String?

  @Option(help: ArgumentHelp("How often the password is hashed, 1000 to 1200000.", valueName: "number"))
  var iterations: Int?

  @Option(help: ArgumentHelp("The content; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(
    name: [.customLong("algorithm"), .customLong("alg")],
    help: ArgumentHelp("How the content's key is encrypted, for keys that do not say.", valueName: "name"))
  var algorithm: KeyManagementAlgorithm?

  @Option(
    name: [.customLong("encryption"), .customLong("enc")],
    help: ArgumentHelp("How the content is: A256GCM if nothing is said.", valueName: "name"))
  var encryption: ContentEncryptionAlgorithm?

  @Flag(help: "Compress first. The length then tells how much of the content repeats itself.")
  var zip = false

  @Option(help: ArgumentHelp("compact, flattened or general.", valueName: "form"))
  var serialization: Serialization?

  @Option(help: ArgumentHelp("Data that is not encrypted, but protected from change.", valueName: "file"))
  var aad: String?

  @Option(help: ArgumentHelp("The header's typ.", valueName: "name"))
  var type: String?

  @Option(help: ArgumentHelp("The header's cty: JWT for a token inside.", valueName: "name"))
  var contentType: String?

  @Flag(help: "Answer in JSON: the same as --serialization flattened.")
  var json = false

  func validate() throws {
    guard keys.isEmpty != (passwordFile == nil) else {
      throw ValidationError("Give either --key or --password-file.")
    }
    guard iterations == nil || passwordFile != nil else {
      throw ValidationError("--iterations is for --password-file.")
    }
    guard (keys.count > 1) == (form == .general) else {
      throw ValidationError("General serialization is for several keys, and several keys need it.")
    }
    guard form != .compact || aad == nil && !json else {
      throw ValidationError("A compact JWE holds neither --aad nor JSON: give --serialization flattened.")
    }
    guard [self.in, aad, passwordFile].filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("Standard input can be read once.")
    }
  }

  private var form: Serialization {
    serialization ?? (keys.count > 1 ? .general : json || aad != nil ? .flattened : .compact)
  }

  mutating func run() throws {
    let recipients = try recipients()
    let content = try InputFile.bytes(self.in)
    let data = try aad.map { try InputFile.bytes($0) }
    do throws(JOSEError) {
      guard form == .compact, let recipient = recipients.first else {
        return Output.line(
          try JSONJWE.encrypt(
            content, type: type, contentType: contentType, to: recipients, encryption: encryption,
            isCompressed: zip, additionalAuthenticatedData: data))
      }
      Output.line(
        try CompactJWE.encrypt(
          content, type: type, contentType: contentType, with: recipient, encryption: encryption,
          isCompressed: zip))
    } catch {
      throw CommandError.usage("the content cannot be encrypted so: \(error.detail)")
    }
  }

  private func recipients() throws(CommandError) -> [EncryptionKey] {
    if let passwordFile { return [try password(passwordFile)] }
    var recipients: [EncryptionKey] = []
    for path in keys { recipients.append(try Self.key(path, algorithm)) }
    return recipients
  }

  private func password(_ path: String) throws(CommandError) -> EncryptionKey {
    let text = try SecretInput.read(prompt: "password", file: path, isNew: true)
    do throws(JOSEError) {
      return try EncryptionKey(
        password: EncryptionPassword(text), algorithm: algorithm ?? .pbes2HS512A256KW,
        iterations: iterations)
    } catch {
      throw .usage("the password cannot be used so: \(error.detail)")
    }
  }

  /// The one key of a file, for one algorithm.
  private static func key(
    _ path: String, _ algorithm: KeyManagementAlgorithm?
  ) throws(CommandError) -> EncryptionKey {
    let key = try KeyFile(path).single()
    do throws(JOSEError) {
      return try EncryptionKey(key, algorithm: algorithm)
    } catch {
      throw .usage(
        "nothing can be encrypted to \(InputFile.name(path)): \(error.detail)",
        next: key.algorithm == nil ? "name one of its algorithms with --algorithm" : nil)
    }
  }
}
