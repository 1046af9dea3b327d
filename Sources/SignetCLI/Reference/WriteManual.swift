internal import ArgumentParser
internal import Foundation

/// `signet reference manual`.
struct WriteManual: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Writes a manual page for each command.")

  @Option(help: ArgumentHelp("Where to write them; it must be there.", valueName: "path"))
  var directory: String

  mutating func run() throws {
    for page in try ManualPage.all() {
      let path = "\(directory)/\(page.name).1"
      try Data(page.text.utf8).write(to: URL(filePath: path))
      // What this program makes is its owner's alone, but a manual is for everybody.
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }
  }
}
