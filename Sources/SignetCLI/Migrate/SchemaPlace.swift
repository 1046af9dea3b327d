internal import Foundation
internal import SignetAuthority
internal import SignetPostgres
internal import SignetSQLite
internal import SignetStorage

/// The database whose schema is looked at and changed.
enum SchemaPlace {
  case file(String)
  case postgres(PostgresTarget)

  static var newest: Int64 { Schema.newest }

  /// The database of `settings`.
  /// - Throws: ``CommandError`` when there is none.
  init(_ settings: Settings) throws(CommandError) {
    switch settings.database {
    case .postgres(let settings): self = .postgres(try settings.targetWithPassword())
    case .embedded:
      let directory = AuthorityDirectory(settings.dataDirectory)
      guard FileMode.of(directory.database) != nil else {
        throw CommandError(
          "there is no database at \(directory.database)",
          next: "make one with `signet init`, or restore a backup")
      }
      self = .file(directory.database)
    }
  }

  var name: String {
    switch self {
    case .file(let path): path
    case .postgres(let target): "\(target)"
    }
  }

  func state() throws -> SchemaState {
    switch self {
    case .postgres(let target): return try PostgresStorage.schemaState(of: target)
    case .file(let path):
      let inspection = try SQLiteInspection(path: path)
      let state = try inspection.schemaState()
      try inspection.close()
      return state
    }
  }

  func migrate() throws -> SchemaChange {
    switch self {
    case .postgres(let target): return try PostgresStorage.migrate(target)
    case .file(let path):
      let inspection = try SQLiteInspection(path: path)
      let version = try inspection.schemaVersion()
      try inspection.close()
      guard !inspection.isInUse else {
        throw CommandError(
          "\(path) is in use by a server of an older program",
          next: "restart the server with this one: it migrates when it starts")
      }
      try SQLiteStorage.open(path: path).close()
      return SchemaChange(from: version, to: Self.newest)
    }
  }
}
