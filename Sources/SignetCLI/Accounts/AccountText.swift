internal import JOSE
internal import SignetServer

extension AccountSummary {
  var jsonValue: JSON {
    .object(omittingNil: [
      "id": .string(id), "username": username.map { .string($0) }, "email": email.map { .string($0) },
      "display_name": .string(displayName), "roles": .strings(roles), "enabled": .bool(isEnabled),
      "has_password": .bool(hasPassword), "created_at": .string(Timestamp(seconds: createdAt).text),
    ])
  }

  /// The name that a person knows the account by.
  var name: String { username ?? email ?? id }

  /// One line a property.
  var lines: [String] {
    var table = Table()
    table.add(["id", id])
    if let username { table.add(["username", username]) }
    if let email { table.add(["e-mail", email]) }
    if !displayName.isEmpty { table.add(["name", displayName]) }
    table.add(["roles", roles.isEmpty ? "none" : roles.joined(separator: " ")])
    table.add(["state", isEnabled ? "enabled" : "disabled"])
    table.add(["password", hasPassword ? "set" : "none: it cannot log in"])
    table.add(["created", Timestamp(seconds: createdAt).text])
    return table.lines
  }
}

/// The options of every command about one account.
struct AccountOutput {
  /// Says what was done, with the number of sessions that it ended.
  static func write(_ verb: String, _ answer: AdministrationAnswer, json: Bool) throws {
    guard case .sessionsEnded(let account, let count) = answer else { throw AdministrationAnswer.unexpected }
    guard !json else {
      return Output.json(["account": account.jsonValue, "sessions_ended": .integer(Int64(count))])
    }
    Output.line("\(verb) \(account.name); \(sessions(count)) ended")
  }

  static func sessions(_ count: Int) -> String {
    count == 1 ? "1 session" : "\(count) sessions"
  }
}
