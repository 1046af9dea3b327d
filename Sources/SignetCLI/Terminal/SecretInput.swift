internal import Foundation
internal import Glibc

/// Secrets come by a prompt with echo off, on standard input, or from a file: never as an argument, which
/// every user of the machine can see.
enum SecretInput {
  /// The longest line that is taken for a secret, in bytes.
  static let maximumBytes = 4096

  /// The first line of `file` (`-` is standard input); without one, what somebody types or pipes in.
  ///
  /// A new secret is asked for twice, because a slip would lock its owner out.
  static func read(prompt: String, file: String?, isNew: Bool) throws(CommandError) -> String {
    if let file { return try line(of: file) }
    guard isatty(STDIN_FILENO) == 1 else { return try line(of: "-") }
    let secret = try typed(prompt)
    guard isNew else { return secret }
    guard try typed("\(prompt), once more") == secret else {
      throw CommandError.usage("the two differ", next: "run the command again; nothing was changed")
    }
    return secret
  }

  private static func line(of path: String) throws(CommandError) -> String {
    let bytes = try InputFile.bytes(path, limit: maximumBytes)
    var line = bytes.prefix { $0 != 0x0A }
    if line.last == 0x0D { line.removeLast() }
    guard !line.isEmpty else {
      throw CommandError.usage("\(InputFile.name(path)) holds no password in its first line")
    }
    guard let text = String(validating: line, as: UTF8.self) else {
      throw CommandError.usage("\(InputFile.name(path)) is not UTF-8 text")
    }
    return text
  }

  private static func typed(_ prompt: String) throws(CommandError) -> String {
    let line = try EchoOff.reading {
      // Only now: what is typed before the echo is off would be shown, and then thrown away.
      Output.prompt("\(prompt): ")
      return readLine(strippingNewline: true)
    }
    Output.note("")
    guard let line, !line.isEmpty else { throw CommandError.usage("nothing was typed") }
    return line
  }
}
