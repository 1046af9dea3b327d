internal import ArgumentParser
internal import SignetServer

/// `signet keys revoke`.
struct RevokeKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Ends trust in a key, at once: for a key that somebody else may have.",
    discussion: """
      The key leaves the key set, and every token that it signed is refused; clients get new ones when they \
      refresh. If it signs now, the next key does from now on. To replace a key that nobody else has, rotate.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: ArgumentHelp("The key's name, which is the `kid` of its tokens.", valueName: "kid"))
  var keyID: String

  @Flag(help: "Do not ask first.")
  var yes = false

  @Flag(help: "Answer in JSON, one key that is left a line.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    if !yes { try await confirm(access) }
    guard case .keys(let keys) = try await access.answer(to: .revokeKey(keyID)) else {
      throw AdministrationAnswer.unexpected
    }
    SigningKeyOutput.write(keys, json: json)
  }

  private func confirm(_ access: AuthorityAccess) async throws {
    guard case .keys(let keys) = try await access.answer(to: .signingKeys) else {
      throw AdministrationAnswer.unexpected
    }
    // A name that no key has is for the authority to refuse.
    guard let key = keys.first(where: { $0.keyID == keyID }) else { return }
    try Confirmation.require(Self.consequences(of: key), question: "Revoke \(keyID)?")
  }

  private static func consequences(of key: SigningKeySummary) -> [String] {
    if let resource = key.resource {
      return [
        "\(key.keyID) lies in one file with all secrets of “\(resource)”: fresh ones take the place of all "
          + "of them.",
        "Until “\(resource)” holds a new file of `signet keys export`, it accepts what a thief makes, and "
          + "refuses what is signed here.",
      ]
    }
    let others = "APIs elsewhere refuse them once they have fetched the key set again, within 15 minutes."
    switch key.state {
    case "active":
      return [
        "\(key.keyID) signs now. Every token that it signed is refused here at once; \(others)",
        "Clients refresh. The next key signs from now on, also if verifiers have to fetch it first.",
      ]
    case "retired":
      return [
        "\(key.keyID) no longer signs. What it signed and has not expired is refused here at once; \(others)"
      ]
    default:
      return ["\(key.keyID) has signed nothing yet. Another key is made in its place."]
    }
  }
}
