internal import ArgumentParser
internal import SignetServer

/// `signet accounts add`.
struct AddAccount: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Adds an account.",
    discussion: "The password comes by a prompt, on standard input, or from a file; never as an argument.")

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: "Its username.")
  var username: String?

  @Option(help: "Its e-mail address.")
  var email: String?

  @Option(help: "The name that people read.")
  var displayName = ""

  @Option(help: ArgumentHelp("A role; may be repeated.", valueName: "role"))
  var role: [String] = []

  @OptionGroup var password: PasswordOptions

  @Flag(help: "Set no password: the account cannot log in until it has one.")
  var noPassword = false

  @Flag(help: "Answer in JSON.")
  var json = false

  func validate() throws {
    guard username != nil || email != nil else {
      throw ValidationError("An account needs a --username, an --email, or both.")
    }
    guard !(noPassword && password.passwordFile != nil) else {
      throw ValidationError("Give either --no-password or --password-file.")
    }
  }

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    let secret = noPassword ? nil : SecretText(try password.read())
    let request = AdministrationRequest.addAccount(
      NewAccountRequest(
        username: username, email: email, displayName: displayName, roles: role, password: secret))
    guard case .account(let account) = try await access.answer(to: request) else {
      throw AdministrationAnswer.unexpected
    }
    guard !json else { return Output.json(account.jsonValue) }
    Output.line("added \(account.name)  \(account.id)")
  }
}

/// Where a new password comes from.
struct PasswordOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Take the first line of a file; - is standard input.", valueName: "file"))
  var passwordFile: String?

  func read() throws(CommandError) -> String {
    try SecretInput.read(prompt: "new password", file: passwordFile, isNew: true)
  }
}
