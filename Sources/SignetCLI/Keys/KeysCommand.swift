internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet keys`: what the authority signs with.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "What the authority signs with.",
    subcommands: [ListKeys.self, RotateKeys.self, ExportPublicKeys.self])
}

/// The text form of signing keys.
enum SigningKeyOutput {
  static func write(_ keys: [SigningKeySummary], json: Bool) {
    guard !json else { return keys.forEach { Output.json(jsonValue($0)) } }
    var table = Table()
    for key in keys {
      table.add([key.keyID, key.algorithm, key.state, "since \(Timestamp(seconds: since(key)).text)"])
    }
    table.lines.forEach(Output.line)
  }

  /// When the key came into its present state.
  private static func since(_ key: SigningKeySummary) -> Int64 {
    key.retiredAt ?? key.activatedAt ?? key.createdAt
  }

  private static func jsonValue(_ key: SigningKeySummary) -> JSON {
    func instant(_ seconds: Int64?) -> JSON? { seconds.map { .string(Timestamp(seconds: $0).text) } }
    return .object(omittingNil: [
      "kid": .string(key.keyID), "alg": .string(key.algorithm), "state": .string(key.state),
      "created_at": instant(key.createdAt), "activated_at": instant(key.activatedAt),
      "retired_at": instant(key.retiredAt),
    ])
  }
}
