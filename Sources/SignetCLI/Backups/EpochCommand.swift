internal import ArgumentParser

/// `signet epoch`.
struct EpochCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "epoch", abstract: "The lives of the revocation log.", subcommands: [BeginEpoch.self])
}
