internal import ArgumentParser
internal import JOSE
internal import SignetServer

/// `signet keys`: what the authority signs with.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "What the authority signs with.",
    subcommands: [ListKeys.self, RotateKeys.self, RevokeKey.self, ExportPublicKeys.self, ExportSecrets.self])
}

/// The text form of signing keys.
enum SigningKeyOutput {
  static func write(_ keys: [SigningKeySummary], json: Bool) {
    guard !json else { return keys.forEach { Output.json(jsonValue($0)) } }
    var table = Table()
    table.add(["key", "algorithm", "state", "created", "signs from", "signs until", "removed", "for"])
    for key in keys {
      let times = [key.createdAt, key.activatesAt, key.retiresAt, key.removedAt]
      let cells = [key.keyID, key.algorithm, key.state] + times.map { $0.map(text) ?? "" }
      table.add(cells + [key.resource ?? ""])
    }
    table.lines.forEach(Output.line)
  }

  private static func text(_ seconds: Int64) -> String { Timestamp(seconds: seconds).text }

  private static func jsonValue(_ key: SigningKeySummary) -> JSON {
    func instant(_ seconds: Int64?) -> JSON? { seconds.map { .string(text($0)) } }
    return .object(omittingNil: [
      "kid": .string(key.keyID), "resource": key.resource.map { .string($0) }, "alg": .string(key.algorithm),
      "state": .string(key.state),
      "created_at": instant(key.createdAt), "activates_at": instant(key.activatesAt),
      "retires_at": instant(key.retiresAt), "removed_at": instant(key.removedAt),
    ])
  }
}
