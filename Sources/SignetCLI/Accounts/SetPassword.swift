internal import ArgumentParser
internal import SignetServer

/// `signet accounts password`.
struct SetPassword: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password", abstract: "Sets an account's password and ends all its sessions.",
    discussion: "The password comes by a prompt, on standard input, or from a file; never as an argument.")

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: "Its username, e-mail address or identifier.")
  var account: String

  @OptionGroup var password: PasswordOptions

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let access = try AuthorityAccess(configuration)
    // Before the password is asked for: nobody should type one for an account that is not there.
    _ = try await access.answer(to: .account(account))
    let secret = SecretText(try password.read())
    let answer = try await access.answer(to: .setPassword(account: account, password: secret))
    try AccountOutput.write("set the password of", answer, json: json)
  }
}
