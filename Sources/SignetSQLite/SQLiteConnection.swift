internal import Foundation
internal import GRDB
internal import SignetAuthority
internal import SignetStorage

/// A connection of SQLite as ``SQLConnection``: cached statements, bound values, rows as they are stored.
struct SQLiteConnection: SQLConnection {
  let database: Database

  func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
    try StorageError.translating {
      let prepared = try database.cachedStatement(sql: statement.text)
      try prepared.execute(arguments: Self.arguments(values))
      return database.changesCount
    }
  }

  func query<Answer>(
    _ statement: SQLStatement, _ values: [SQLValue], decode: (SQLRow) throws -> Answer
  ) throws -> [Answer] {
    try StorageError.translating {
      let prepared = try database.cachedStatement(sql: statement.text)
      let rows = try Row.fetchCursor(prepared, arguments: Self.arguments(values))
      var answers: [Answer] = []
      while let row = try rows.next() {
        answers.append(try decode(SQLRow(try row.databaseValues.map(Self.value))))
      }
      return answers
    }
  }

  private static func arguments(_ values: [SQLValue]) -> StatementArguments {
    StatementArguments(
      values.map { value in
        switch value {
        case .null: DatabaseValue.null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
      })
  }

  private static func value(_ stored: DatabaseValue) throws -> SQLValue {
    switch stored.storage {
    case .null: .null
    case .int64(let integer): .integer(integer)
    case .string(let text): .text(text)
    case .blob(let data): .blob(Array(data))
    case .double: throw StorageError.corrupt("a row holds a floating-point number, which nothing here writes")
    }
  }
}

extension StorageError {
  /// Runs `work`, and turns the engine's errors into the storage's. Other errors pass.
  static func translating<Answer>(_ work: () throws -> Answer) throws -> Answer {
    do {
      return try work()
    } catch let error as DatabaseError {
      throw StorageError(error)
    }
  }

  /// What an error of SQLite means. Its message names tables and columns, never values.
  init(_ error: DatabaseError) {
    let message = "SQLite: \(error.message ?? "\(error.resultCode)") (\(error.extendedResultCode.rawValue))"
    switch error.resultCode {
    case .SQLITE_CONSTRAINT:
      self = Self.isConflict(error.extendedResultCode) ? .conflict : .corrupt(message)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH, .SQLITE_ERROR:
      self = .corrupt(message)
    case .SQLITE_FULL:
      self = .unavailable("the disk is full; nothing was written (\(message))")
    default:
      self = .unavailable(message)
    }
  }

  private static func isConflict(_ code: ResultCode) -> Bool {
    switch code {
    case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_FOREIGNKEY: true
    default: false
    }
  }
}
