internal import Foundation
internal import Glibc

/// Asks before something that cannot be undone.
enum Confirmation {
  /// Says what will happen, and goes on if somebody at a terminal types `yes`.
  ///
  /// Where nobody can be asked, because standard input is no terminal, the command must say so itself.
  static func require(_ consequences: [String], question: String) throws(CommandError) {
    for line in consequences { Output.note(line) }
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandError.usage("nobody can be asked on standard input", next: "if it is meant, give --yes")
    }
    Output.prompt("\(question) Type yes to go on: ")
    guard readLine(strippingNewline: true) == "yes" else {
      throw CommandError("nothing was changed")
    }
  }
}
