internal import GRDB
internal import SignetAuthority
internal import SignetStorage

/// A connection of SQLite as ``SQLConnection``, for as long as one access to it lasts.
///
/// GRDB opens the database, hands out its connections, and begins and ends transactions. Statements run past
/// it: before each it would look for observers and suspended processes, and there are neither here. They run
/// in a transaction and nowhere else.
final class SQLiteConnection: SQLConnection {
  private let database: Database
  /// What this access has used so far. GRDB keeps statements for longer, but finds them by their text.
  private var prepared: [SQLStatement: PreparedStatement] = [:]
  private var isSpoiled = false

  init(_ database: Database) {
    self.database = database
  }

  func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
    try StorageError.translating {
      try preparation(of: statement).run(values)
      return database.changesCount
    }
  }

  func forEachRow(
    of statement: SQLStatement, _ values: [SQLValue], _ take: (SQLRow) throws -> Void
  ) throws {
    try StorageError.translating {
      try preparation(of: statement).run(values, take)
    }
  }

  private func preparation(of statement: SQLStatement) throws -> PreparedStatement {
    // Whoever goes on after such an error would commit each further statement by itself.
    guard !hasLostTransaction else {
      throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction was rolled back")
    }
    if let found = prepared[statement] { return found }
    let made = try PreparedStatement(statement.text, in: database)
    prepared[statement] = made
    return made
  }
}

extension SQLiteConnection {
  /// Whether what was written in the transaction can no longer be committed.
  var hasLostTransaction: Bool {
    // After some errors SQLite has rolled the transaction back by itself.
    isSpoiled || !database.isInsideTransaction
  }

  /// Runs `work` within the transaction, and takes back what it wrote when it throws.
  /// - Throws: What `work` throws, or `StorageError`; see also ``hasLostTransaction``.
  func inSavepoint<Answer>(_ work: () throws -> Answer) throws -> Answer {
    _ = try execute("SAVEPOINT one_write", [])
    do {
      let answer = try work()
      _ = try execute("RELEASE one_write", [])
      return answer
    } catch {
      takeBack()
      throw error
    }
  }

  private func takeBack() {
    guard !hasLostTransaction else { return }
    do {
      _ = try execute("ROLLBACK TO one_write", [])
      _ = try execute("RELEASE one_write", [])
    } catch {
      // Half of a write may be left, and nobody can tell it from the others: none of them counts.
      isSpoiled = true
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
