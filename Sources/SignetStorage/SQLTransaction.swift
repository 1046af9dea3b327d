package import SignetAuthority
package import TokenVerification

/// The storage protocol over one transaction of an engine. The nouns' reads and writes are its extensions.
///
/// Log lines wait until ``finish()``: their sequence numbers come from counter rows, which are locked last,
/// so that numbers grow in the order of commits and no transaction waits behind another's thinking. Used
/// by one thread, within one transaction.
package final class SQLTransaction: AuthorityWrites {
  let connection: any SQLConnection
  var drafts: [RevocationDraft] = []
  /// What the audit log grows by; to be told once the commit is durable.
  package internal(set) var events: [AuditEvent] = []
  /// Whether it may have changed signing keys, which every process keeps a copy of.
  package internal(set) var changesSigningKeys = false
  /// Set by the first failed statement. Engines differ in what survives one, so nothing does.
  private var failure: (any Error)?

  private let holdsRows: Bool

  /// A transaction that the engine has begun over `connection`.
  ///
  /// `holdsRows`: whether a row that is read by its key is held against other writers. An engine with many
  /// writers asks for that when the first run of a write has met a conflict, so that the next does not meet
  /// it again. (Accounts are held by name only, see `lockedAccount`: so that a grant and its session, which
  /// are read first, are never held by somebody who waits for the account.)
  package init(_ connection: any SQLConnection, holdsRows: Bool = false) {
    self.connection = connection
    self.holdsRows = holdsRows
  }

  /// Writes the log lines. To be called once, after the closure and before the engine commits.
  /// - Returns: The new revocation entries, to be told once the commit is durable.
  /// - Throws: `StorageError`: then the engine rolls back, also when the closure had caught the error.
  package func finish() throws -> [RevocationEntry] {
    if let failure { throw failure }
    try flushEvents()
    return try flushDrafts()
  }

  @discardableResult
  func execute(_ statement: SQLStatement, _ values: [SQLValue] = []) throws -> Int {
    try remembering {
      try Self.check(values)
      return try connection.execute(statement, values)
    }
  }

  /// Runs a write that stands for one row.
  /// - Throws: `StorageError.conflict` when it did not change exactly that one, here or at the latest when
  ///   the transaction commits.
  func executeOnOne(_ statement: SQLStatement, _ values: [SQLValue]) throws {
    try remembering {
      try Self.check(values)
      try connection.executeOnOne(statement, values)
    }
  }

  func query<Answer>(
    _ statement: SQLStatement, _ values: [SQLValue] = [], decode: (SQLRow) throws -> Answer
  ) throws -> [Answer] {
    try remembering {
      try Self.check(values)
      return try connection.query(statement, values, decode: decode)
    }
  }

  /// Reads one row by its key, and holds it if this transaction does that.
  func queryOne<Answer>(
    _ statement: SQLStatement, _ values: [SQLValue], decode: (SQLRow) throws -> Answer
  ) throws -> Answer? {
    try query(holdsRows ? statement.lockingRow : statement, values, decode: decode).first
  }

  private func remembering<Answer>(_ work: () throws -> Answer) throws -> Answer {
    do {
      return try work()
    } catch {
      failure = failure ?? error
      throw error
    }
  }

  /// PostgreSQL cannot store a NUL in a text, and SQLite's C interface ends the text there: refused, not cut.
  private static func check(_ values: [SQLValue]) throws {
    for case .text(let text) in values where text.utf8.contains(0) {
      throw StorageError.unavailable("a text with a NUL character cannot be stored")
    }
  }
}
