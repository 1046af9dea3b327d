internal import ArgumentParser
internal import JOSE

/// A token that a command does not accept: status 1, the reason on standard error, and nothing of the token.
struct Refusal {
  let error: JOSEError
  /// What did not happen, as a member of the JSON answer.
  let outcome: String

  /// Says why.
  /// - Returns: The error to throw.
  func report(json: Bool) -> ExitCode {
    if json {
      Output.json(
        .object([
          JSONMember(name: outcome, value: false),
          JSONMember(name: "code", value: .string(error.code.rawValue)),
          JSONMember(name: "detail", value: .string(error.detail)),
        ]))
    } else {
      Output.note("signet: refused: \(error)")
    }
    return .failure
  }
}
