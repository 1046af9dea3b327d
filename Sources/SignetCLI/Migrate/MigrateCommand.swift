internal import ArgumentParser
internal import JOSE
internal import SignetStorage

/// `signet migrate`.
struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings the database's schema up to date.",
    discussion: """
      For PostgreSQL: a node refuses a schema that is older than its program's. Run this once, with the new \
      program, while nodes of the release before go on serving; then replace them one after the other. On \
      SQLite the server does it by itself when it starts. There is no way back.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Change nothing; exit status 1 says that there is something to do.")
  var check = false

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() throws {
    let place = try SchemaPlace(configuration.settings())
    let state = try place.state()
    switch state {
    case .current, .newerButCompatible: write(place, from: state.version, to: state.version)
    case .older(let version) where check:
      write(place, from: version, to: SchemaPlace.newest)
      throw ExitCode.failure
    case .older:
      let change = try place.migrate()
      write(place, from: change.from, to: change.to)
    case .missing, .newer:
      throw CommandError("\(place.name): \(state.objection.map(FailureText.text) ?? "cannot be migrated")")
    }
  }

  private func write(_ place: SchemaPlace, from: Int64, to: Int64) {
    guard !json else {
      return Output.json([
        "database": .string(place.name), "from": .integer(from), "to": .integer(to),
        "changed": .bool(from != to && !check),
      ])
    }
    if from == to {
      let newest = SchemaPlace.newest
      let note =
        from == newest ? "the newest that this program knows" : "a newer program's, with which this one works"
      Output.line("nothing to do: \(place.name) has schema \(from), \(note)")
    } else if check {
      Output.line("\(place.name) has schema \(from): `signet migrate` brings it to \(to)")
    } else {
      Output.line("migrated \(place.name) from schema \(from) to schema \(to)")
    }
  }
}
