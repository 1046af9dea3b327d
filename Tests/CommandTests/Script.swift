import Foundation
import Testing

/// A command-line test that reads as documentation: `Tests/CommandTests/Scripts/*.txt`.
///
/// ```
/// # A line like this explains, and does nothing.
///
/// file claims.json
///   {"sub": "alice"}
///
/// > signet token sign --key key.json --claims claims.json
/// …
///
/// > signet accounts add --username alice
/// < a password of many words
/// added alice  $account
///
/// > signet accounts show bob
/// ! signet: there is no account “bob”
/// …
/// ? 1
///
/// & signet serve --port 0
/// ready  http://$address
///
/// stop
/// ```
///
/// - `file NAME` writes a file into the script's own directory; its lines are indented by two spaces.
/// - `> COMMAND` runs a shell command there. `< ` is a line of its standard input, `! ` one that it must
///   write to standard error, `? ` its exit status (0 if nothing is said); every other line is one that it
///   must write to standard output (`| ` may stand before it, and must before an empty line).
/// - `& COMMAND` starts a server and waits until it has written the lines; `stop` ends the last one by
///   SIGTERM.
/// - `…` stands for any text in a line, and alone on a line for any number of lines.
/// - `$name` stands for a word. The first time it takes what is there; after that it must be the same, and
///   commands, input and files can use it. `$directory` is the script's own directory, and `$_` any word,
///   never remembered.
/// - A blank line ends a step.
struct Script: Sendable, CustomTestStringConvertible {
  struct Step: Sendable {
    enum Action: Sendable {
      case run(String)
      case start(String)
      case stop
      case write(file: String)
    }

    let action: Action
    /// The number of its first line, for messages.
    let line: Int
    var content: [String] = []
    var input: [String] = []
    var output: [String] = []
    var errors: [String] = []
    var status: Int32 = 0
  }

  let name: String
  let steps: [Step]

  var testDescription: String { name }

  /// All scripts of a folder, by name.
  static func all(in folder: String = "Scripts") throws -> [Script] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: folder)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "txt" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { Script(name: $0.lastPathComponent, text: try String(contentsOf: $0, encoding: .utf8)) }
  }

  init(name: String, text: String) {
    self.name = name
    var steps: [Step] = []
    var isOpen = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty {
        isOpen = false
      } else if isOpen, var step = steps.popLast() {
        step.add(String(line))
        steps.append(step)
      } else if !line.hasPrefix("#") {
        steps.append(Step(action: Self.action(String(line)), line: index + 1))
        isOpen = true
      }
    }
    self.steps = steps
  }

  private static func action(_ line: String) -> Step.Action {
    if line.hasPrefix("> ") { return .run(String(line.dropFirst(2))) }
    if line.hasPrefix("& ") { return .start(String(line.dropFirst(2))) }
    if line.hasPrefix("file ") { return .write(file: String(line.dropFirst(5))) }
    return line == "stop" ? .stop : .run("echo 'no such step: \(line)' >&2; exit 99")
  }
}

extension Script.Step {
  fileprivate mutating func add(_ line: String) {
    if case .write = action {
      content.append(String(line.dropFirst(2)))
      return
    }
    switch line.prefix(2) {
    case "< ", "<": input.append(String(line.dropFirst(2)))
    case "! ": errors.append(String(line.dropFirst(2)))
    case "? ": status = Int32(line.dropFirst(2)) ?? -1
    case "| ", "|": output.append(String(line.dropFirst(2)))
    case _ where line.hasPrefix("#"): break
    default: output.append(line)
    }
  }
}
