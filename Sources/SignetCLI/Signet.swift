internal import ArgumentParser
internal import Glibc

/// The command line.
struct Signet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signet",
    abstract: "Issues, verifies and revokes JSON Web Tokens.",
    discussion: """
      Passwords and tokens come on standard input, from a file or by a prompt, never as arguments.
      Exit status: 0 yes, 1 no, 2 a command or a configuration that makes no sense.
      """,
    version: "0.1.0",
    subcommands: [
      InitCommand.self, ServeCommand.self, DoctorCommand.self, BackupCommand.self, RestoreCommand.self,
      MigrateCommand.self, CopyCommand.self, EpochCommand.self, AccountsCommand.self, KeysCommand.self,
      KeyringCommand.self,
      SessionsCommand.self, TokenCommand.self, JWSCommand.self, JWECommand.self, JSONCommand.self,
      JWKCommand.self,
      ReferenceCommand.self,
    ])
}

/// The entry point: runs the command and makes its outcome an exit status.
@main
enum Program {
  static func main() async {
    // Whatever this process makes, sockets and databases included, is its owner's alone.
    umask(0o077)
    // A reader that goes ends no server: writing to it fails, and that is dealt with where it is written.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try await Signet.asyncParseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(ExitReport.status(of: error))
    }
  }
}

/// Says what went wrong, and with which status to exit.
private enum ExitReport {
  static func status(of error: any Error) -> Int32 {
    switch error {
    case let error as CommandError:
      Output.note("signet: \(error)")
      return error.exitStatus
    case let code as ExitCode where code == .failure:
      // The command has said everything itself: its answer is no.
      return 1
    case let error as ConfigurationError:
      Output.note("signet: \(error)")
      return 2
    default:
      return parserStatus(of: error)
    }
  }

  /// What ArgumentParser has to say: help and version are answers, anything else is misuse or a failure.
  private static func parserStatus(of error: any Error) -> Int32 {
    let message = Signet.fullMessage(for: error)
    switch Signet.exitCode(for: error) {
    case .success:
      Output.line(message)
      return 0
    case .validationFailure:
      Output.note(message)
      return 2
    default:
      Output.note("signet: \(FailureText.text(of: error))")
      return 1
    }
  }
}
