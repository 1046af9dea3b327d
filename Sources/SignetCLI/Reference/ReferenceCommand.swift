internal import ArgumentParser

/// `signet reference`: the pages that are generated from this program itself. For `make docs`, not for
/// operators.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Writes the pages that are generated from this program.",
    shouldDisplay: false, subcommands: [PrintConfigurationReference.self, WriteManual.self])
}

/// `signet reference configuration`.
struct PrintConfigurationReference: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "configuration", abstract: "Prints docs/configuration.md.")

  mutating func run() {
    Output.bytes(Array(ConfigurationReference.text.utf8))
  }
}
