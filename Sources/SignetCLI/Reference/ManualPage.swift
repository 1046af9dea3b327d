internal import ArgumentParser

/// A page for man(1), in the macros of man(7).
struct ManualPage: Sendable {
  /// `signet-serve`, of section 1.
  let name: String
  let text: String

  /// A page for the program, and one for each of its commands.
  static func all() throws -> [ManualPage] {
    let program = try CommandHelp.program()
    let commands = program.shownSubcommands
    let names = commands.map { "\(program.commandName)-\($0.commandName)" }
    return [ManualPage(program, named: program.commandName, commands: names)]
      + zip(commands, names).map { command, name in
        ManualPage(command, named: name, commands: [program.commandName])
      }
  }

  /// - commands: the pages that this one points to.
  private init(_ help: CommandHelp, named name: String, commands: [String]) {
    self.name = name
    let spelled = name.replacing("-", with: " ")
    var page = Roff()
    page.line(".TH \(name.uppercased()) 1 \"\" \"signet \(Signet.configuration.version)\" \"Signet\"")
    page.section("NAME")
    page.text("\(name) - \(help.abstract ?? "")")
    page.section("SYNOPSIS")
    let isProgram = !commands.contains("signet")
    if isProgram {
      page.synopsis(spelled, "COMMAND ...")
    } else {
      for command in Self.runnable(help, as: spelled) { page.synopsis(command.spelling, command.usage) }
    }
    page.section("DESCRIPTION")
    page.paragraphs(help.discussion ?? help.abstract ?? "")
    if isProgram {
      page.section("COMMANDS")
      for command in help.shownSubcommands { page.item(command.commandName, command.abstract ?? "") }
    } else {
      Self.describe(help, as: spelled, on: &page)
    }
    for (title, body) in Self.closing {
      page.section(title)
      for (tag, meaning) in body { page.item(tag, meaning) }
    }
    page.section("SEE ALSO")
    page.line(commands.map { ".BR \(Roff.escaped($0)) (1)" }.joined(separator: ",\n"))
    text = page.text
  }

  private static func describe(_ help: CommandHelp, as spelling: String, on page: inout Roff) {
    guard !help.shownSubcommands.isEmpty else {
      if !help.shownArguments.isEmpty { page.section("OPTIONS") }
      return help.shownArguments.forEach { page.item($0.spelling, $0.meaning) }
    }
    page.section("COMMANDS")
    for command in help.shownSubcommands {
      page.subsection("\(spelling) \(command.commandName)")
      page.paragraphs([command.abstract, command.discussion].compactMap { $0 }.joined(separator: "\n\n"))
      command.shownArguments.forEach { page.item($0.spelling, $0.meaning) }
    }
  }

  private static func runnable(
    _ help: CommandHelp, as spelling: String
  ) -> [(spelling: String, usage: String)] {
    guard !help.shownSubcommands.isEmpty else {
      return [(spelling, help.shownArguments.map(\.usage).joined(separator: " "))]
    }
    return help.shownSubcommands.flatMap { runnable($0, as: "\(spelling) \($0.commandName)") }
  }

  private static let closing = [
    (
      "EXIT STATUS",
      [
        ("0", "Yes: it is done, or it is so."), ("1", "No: it was refused, it failed, or it is not so."),
        ("2", "The command or the configuration makes no sense."),
      ]
    ),
    (
      "ENVIRONMENT",
      [
        (EnvironmentName.configuration, "The configuration file, or the directory that holds it."),
        (EnvironmentName.keyring, "The keyring's text, in the place of its file."),
        ("SIGNET_*", "Settings: server.port is SIGNET_SERVER_PORT."),
      ]
    ),
  ]
}

extension CommandHelp.Argument {
  /// `--port <port>`, `<account>`.
  fileprivate var spelling: String {
    let value = valueName.map { "<\($0)>" } ?? ""
    guard kind != "positional" else { return value }
    let spellings = (names ?? []).map(\.spelling).joined(separator: ", ")
    return kind == "flag" ? spellings : "\(spellings) \(value)"
  }

  fileprivate var usage: String {
    let repeated = spelling + (isRepeating ? " ..." : "")
    return isOptional ? "[\(repeated)]" : repeated
  }

  fileprivate var meaning: String {
    let initial = defaultValue.map { "The default is \($0)." }
    return [abstract, discussion, initial].compactMap { $0 }.joined(separator: " ")
  }
}

/// Text in roff, escaped as it is written.
private struct Roff {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func line(_ request: String) { lines.append(request) }

  mutating func section(_ title: String) { lines.append(".SH \(title)") }

  mutating func subsection(_ title: String) { lines.append(".SS \(Self.escaped(title))") }

  mutating func text(_ text: String) { lines.append(Self.escaped(text)) }

  mutating func paragraphs(_ text: String) {
    for (index, paragraph) in text.split(separator: "\n\n").enumerated() {
      if index > 0 { lines.append(".PP") }
      self.text(String(paragraph).replacing("\n", with: " "))
    }
  }

  mutating func synopsis(_ command: String, _ usage: String) {
    lines += [".PP", "\\fB\(Self.escaped(command))\\fR \(Self.escaped(usage))"]
  }

  mutating func item(_ tag: String, _ meaning: String) {
    lines += [".TP", "\\fB\(Self.escaped(tag))\\fR", Self.escaped(meaning.replacing("\n", with: " "))]
  }

  /// Plain ASCII in which roff sees no request.
  static func escaped(_ text: String) -> String {
    let body = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case _ where !scalar.isASCII: "\\[u\(hexadecimal(scalar.value))]"
      default: String(scalar)
      }
    }
    .joined()
    return body.hasPrefix(".") || body.hasPrefix("'") ? "\\&" + body : body
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
