internal import ArgumentParser
internal import JOSE

/// What the command line says of a command and its options: the parser's own description of itself.
struct CommandHelp: Decodable, Sendable {
  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      let kind: String
      let name: String

      var spelling: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    /// `positional`, `option` or `flag`.
    let kind: String
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?
    let discussion: String?
  }

  let commandName: String
  let shouldDisplay: Bool
  let abstract: String?
  let discussion: String?
  let subcommands: [CommandHelp]?
  let arguments: [Argument]?

  /// The whole program.
  /// - Throws: When the parser describes itself in another way than this reads.
  static func program() throws -> CommandHelp {
    struct Dump: Decodable { let command: CommandHelp }
    let limits = JSONLimits(maximumBytes: 1 << 22, maximumDepth: 32)
    return try ParsedJSON(parsing: Array(Signet._dumpHelp().utf8), limits: limits).decode(Dump.self).command
  }

  /// The commands below this one that people are shown; `help` only repeats the others.
  var shownSubcommands: [CommandHelp] {
    (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
  }

  /// The arguments that are this command's own; every command has `--help` and `--version`.
  var shownArguments: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && argument.names?.contains { ["help", "version"].contains($0.name) } != true
    }
  }
}
