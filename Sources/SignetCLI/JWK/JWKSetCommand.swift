internal import ArgumentParser
internal import JOSE

/// `signet jwk set`.
struct JWKSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Makes a key set of keys and sets, takes one key out, or lists them.",
    discussion: """
      A set is public: private keys give their public halves, and a shared secret is refused, unless \
      --private is given. No two keys of a set may have one name.
      """)

  @Argument(help: "JWKs, JWK sets, PEM or DER; - is standard input.")
  var files = ["-"]

  @Flag(name: .customLong("private"), help: "Keep what is secret.")
  var keepsPrivate = false

  @Option(help: ArgumentHelp("Write the one key of this name, and no set.", valueName: "text"))
  var kid: String?

  @Flag(help: "List the keys: name, type, algorithm, use, whether there is a secret, and thumbprint.")
  var list = false

  @Flag(help: "Answer in JSON; a list has one key a line.")
  var json = false

  func validate() throws {
    guard !(list && keepsPrivate) else { throw ValidationError("A list shows nothing secret.") }
    guard files.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("Standard input can be read once.")
    }
  }

  mutating func run() throws {
    var keys: [JWK] = []
    for path in files {
      let file = try KeyFile(path)
      keys += try file.all()
      for skipped in file.skipped {
        Output.note("signet: \(InputFile.name(path)): key \(skipped.index) is left out: \(skipped.reason)")
      }
    }
    try Self.requireDistinctNames(keys)
    if let kid {
      keys = keys.filter { $0.keyID.map { $0.utf8.elementsEqual(kid.utf8) } ?? false }
      guard !keys.isEmpty else {
        throw CommandError("no key is called “\(kid)”", next: "`signet jwk set --list` shows the names")
      }
    }
    guard !list else { return Self.write(keys, json: json) }
    let written = try keys.map(member)
    if kid != nil, let key = written.first { return Output.json(key) }
    guard written.count <= JWKSet.maximumKeys else {
      throw CommandError("\(written.count) keys; a set holds \(JWKSet.maximumKeys) at most")
    }
    Output.json(["keys": .array(written)])
  }

  /// What stands in the set for a key.
  private func member(_ key: JWK) throws(CommandError) -> JSON {
    guard !keepsPrivate else { return key.privateJSON() }
    guard key.keyType != .octets else {
      throw CommandError(
        "a shared secret has no public half", next: "leave it out, or give --private for a set of secrets")
    }
    return key.publicJSON()
  }

  private static func requireDistinctNames(_ keys: [JWK]) throws(CommandError) {
    var names: Set<[UInt8]> = []
    for keyID in keys.compactMap(\.keyID) where !names.insert(Array(keyID.utf8)).inserted {
      throw CommandError(
        "two keys are called “\(keyID)”: a token could not say which it means", next: "leave one out")
    }
  }

  private static func write(_ keys: [JWK], json: Bool) {
    var table = Table()
    for key in keys {
      guard json else {
        table.add([
          key.keyID ?? "-", key.keyType.rawValue, key.algorithm?.name ?? "-", key.use?.rawValue ?? "-",
          key.isPrivate ? "private" : "public", key.thumbprint(),
        ])
        continue
      }
      Output.json(
        .object(omittingNil: [
          "kid": key.keyID.map { .string($0) }, "kty": .string(key.keyType.rawValue),
          "alg": key.algorithm.map { .string($0.name) }, "use": key.use.map { .string($0.rawValue) },
          "private": .bool(key.isPrivate), "thumbprint": .string(key.thumbprint()),
        ]))
    }
    table.lines.forEach(Output.line)
  }
}
