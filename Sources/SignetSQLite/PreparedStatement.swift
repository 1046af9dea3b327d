internal import GRDB
internal import GRDBSQLite
internal import SignetAuthority
internal import SignetStorage

/// A prepared statement of a connection, run through SQLite's C interface.
///
/// Used within an access to its connection, by one thread, like everything that GRDB hands out there.
struct PreparedStatement {
  private let database: Database
  /// Owns what ``handle`` points to.
  private let statement: Statement

  /// The statement `text`, which stays prepared for as long as the connection is open.
  /// - Throws: `DatabaseError`.
  init(_ text: String, in database: Database) throws {
    self.database = database
    statement = try database.cachedStatement(sql: text)
  }

  // SAFETY: it points to what `statement` keeps; only this type uses it, and gives it to SQLite alone.
  private var handle: OpaquePointer { unsafe statement.sqliteStatement }

  /// Runs the statement over `values`, and hands over each of its rows.
  /// - Throws: `DatabaseError`, `StorageError`, or what `take` throws.
  func run(_ values: [SQLValue], _ take: (SQLRow) throws -> Void = { _ in }) throws {
    // SAFETY: `self` keeps the statement alive. What `reset` returns is the error that a step met, once more.
    defer { _ = unsafe sqlite3_reset(handle) }
    try bind(values)
    while try step() {
      try take(SQLRow(try columns()))
    }
  }

  /// - Returns: Whether there is a row to be read.
  private func step() throws -> Bool {
    // SAFETY: `self` keeps the statement alive.
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw failure(code)
    }
  }

  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
  }
}

// MARK: - Values on their way in

extension PreparedStatement {
  private func bind(_ values: [SQLValue]) throws {
    // SAFETY: `self` keeps the statement alive.
    guard Int(unsafe sqlite3_bind_parameter_count(handle)) == values.count else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the statement has other places than values")
    }
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  private func bind(_ value: SQLValue, at place: Int32) -> Int32 {
    // SAFETY: `self` keeps the statement alive.
    switch value {
    case .null: return unsafe sqlite3_bind_null(handle, place)
    case .integer(let integer): return unsafe sqlite3_bind_int64(handle, place, integer)
    case .text(var text):
      // SAFETY: SQLite is told that the bytes are transient, and copies them before the call returns. The
      // pointer goes with its own buffer's count.
      return text.withUTF8 { utf8 in
        unsafe sqlite3_bind_text64(
          handle, place, utf8.baseAddress, UInt64(utf8.count), transient, UInt8(SQLITE_UTF8))
      }
    case .blob(let bytes):
      // SAFETY: as above. SQLite would take an empty buffer, which may have no address, for a null.
      guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, place, 0) }
      return unsafe bytes.withUnsafeBytes { buffer in
        unsafe sqlite3_bind_blob64(handle, place, buffer.baseAddress, UInt64(buffer.count), transient)
      }
    }
  }

  /// What `sqlite3.h` calls `SQLITE_TRANSIENT`, a cast that Swift does not see.
  private var transient: sqlite3_destructor_type {
    // SAFETY: SQLite compares it with -1 and never calls it.
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }
}

// MARK: - Values on their way out

extension PreparedStatement {
  private func columns() throws -> [SQLValue] {
    // SAFETY: `self` keeps the statement alive.
    try (0..<(unsafe sqlite3_column_count(handle))).map(value)
  }

  private func value(_ column: Int32) throws -> SQLValue {
    // SAFETY: `self` keeps the statement alive, and `columns` counts as far as the row has columns.
    switch unsafe sqlite3_column_type(handle, column) {
    case SQLITE_NULL: return .null
    case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(handle, column))
    case SQLITE_TEXT:
      // SAFETY: as above; what `bytes` answers with is copied at once.
      guard let text = unsafe String(validating: try bytes(column), as: UTF8.self) else {
        throw StorageError.corrupt("a stored text is not UTF-8")
      }
      return .text(text)
    case SQLITE_BLOB:
      // SAFETY: as above.
      return .blob(unsafe Array(try bytes(column)))
    default:
      throw StorageError.corrupt("a row holds a floating-point number, which nothing here writes")
    }
  }

  /// The bytes of a text or a blob, which are SQLite's own until the next step.
  private func bytes(_ column: Int32) throws -> UnsafeRawBufferPointer {
    // SAFETY: the count is that of the bytes at the pointer, if it is asked for after the pointer was.
    let start = unsafe sqlite3_column_blob(handle, column)
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    guard unsafe start != nil || count == 0 else {
      throw DatabaseError(resultCode: .SQLITE_NOMEM)
    }
    // SAFETY: as above.
    return unsafe UnsafeRawBufferPointer(start: start, count: count)
  }
}
