internal import SignetAuthority
internal import SignetStorage
internal import TokenVerification

/// A connection of PostgreSQL as ``SQLConnection``: prepared statements, bound values, rows as they are
/// stored. Used by one thread at a time.
final class PostgresConnection: SQLConnection {
  let session: PostgresSession
  private var prepared: [SQLStatement: Prepared] = [:]
  /// Set when a transaction could not be given up.
  private var isSpent = false

  private struct Prepared {
    let name: String
    let types: [PostgresType]
  }

  /// Connects, and makes the server promise what this program relies on.
  /// - Throws: `StorageError.unavailable`.
  init(_ target: PostgresTarget, limits: PostgresLimits) throws {
    session = try PostgresSession(target, patience: limits.patience)
    try translating {
      try session.run(
        """
        SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '20s'
        """)
    }
    try checkPromises()
  }

  /// - Throws: `StorageError.unavailable` for a server that would lose what it has committed, and for a
  ///   database that does not order texts by their bytes: another order than SQLite's, and one that changes
  ///   with the system's libraries, under indexes that were built by the old one.
  private func checkPromises() throws {
    guard try shown("SHOW synchronous_commit") != "off" else {
      throw StorageError.unavailable(
        "PostgreSQL has synchronous_commit = off for this user or database: it would lose what was "
          + "answered with success. Set it to on")
    }
    guard session.reported("server_encoding") == "UTF8",
      try shown("VALUES (CAST('a' < 'B' AS text))") == "false"
    else {
      throw StorageError.unavailable(
        "the database does not keep texts as UTF-8 in the order of their bytes. Make it with "
          + "`createdb --template=template0 --encoding=UTF8 --locale=C`")
    }
  }

  func shown(_ command: String) throws -> String? {
    try translating { try session.run(command).rows { try $0.text(0) }.first }
  }

  /// What has become of the connection. One that is not open is of no more use.
  var state: PostgresSession.State { isSpent && session.state == .open ? .stalled : session.state }

  func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
    // Without values there is nothing to bind; what changes the schema is said once, and not kept.
    guard !values.isEmpty else { return try translating { try session.run(statement.numbered).changedRows } }
    return try answer(statement, values).changedRows
  }

  func forEachRow(
    of statement: SQLStatement, _ values: [SQLValue], _ take: (SQLRow) throws -> Void
  ) throws {
    _ = try answer(statement, values).rows(take)
  }

  private func answer(_ statement: SQLStatement, _ values: [SQLValue]) throws -> PostgresAnswer {
    try translating {
      let prepared = try prepare(statement)
      guard prepared.types.count == values.count, zip(prepared.types, values).allSatisfy({ $0.takes($1) })
      else {
        throw StorageError.corrupt("PostgreSQL wants values of other types than this program has")
      }
      return try session.execute(prepared.name, PackedBytes(parameters: values))
    }
  }

  private func prepare(_ statement: SQLStatement) throws -> Prepared {
    if let known = prepared[statement] { return known }
    let name = "signet_\(prepared.count)"
    let new = Prepared(name: name, types: try session.prepare(name, statement.numbered))
    prepared[statement] = new
    return new
  }
}

// MARK: - Transactions

extension PostgresConnection {
  /// Runs `body` in a transaction whose statements each see what was committed before them, and commits. What
  /// was written is durable when this returns, and the followers hear the notice that `body` asks for.
  /// - Throws: What `body` throws, and then nothing was written; `StorageError.outcomeUnknown` when the
  ///   connection was lost before the server had answered the commit.
  func write<Answer>(
    _ body: (PostgresConnection) throws -> (answer: Answer, notice: PostgresNotice?)
  ) throws -> Answer {
    try translating { try session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") }
    do {
      let (answer, notice) = try body(self)
      try commit(notice)
      return answer
    } catch {
      rollback()
      throw error
    }
  }

  /// Runs `body` on one snapshot, that of its first statement.
  func read<Answer>(_ body: (any AuthorityReads) throws -> Answer) throws -> Answer {
    try translating { try session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }
    defer { rollback() }
    return try body(SQLTransaction(self))
  }

  /// Lets nobody else change the schema until the transaction ends, which may take a minute.
  ///
  /// What a step waits for, a table that others use, everybody else then waits for as well, behind it: not
  /// for as long as they would wait for a lock themselves.
  func holdSchema() throws {
    try translating {
      try session.run(
        """
        SET LOCAL statement_timeout = '600s'; SET LOCAL lock_timeout = '60s';
        VALUES (pg_advisory_xact_lock(1399287412));
        SET LOCAL lock_timeout = '2s'
        """)
    }
  }

  /// What the database's schema is to this program.
  func schemaState() throws -> SchemaState {
    guard try shown("VALUES (CAST(to_regclass('schema_version') IS NOT NULL AS text))") == "true" else {
      return .missing
    }
    return try Schema.state(self)
  }

  /// A page of the revocation log beyond a number.
  func revocations(after sequence: Int64) throws -> [RevocationEntry] {
    try SQLTransaction(self).revocations(after: sequence, limit: 1000)
  }

  /// How far the revocation log has come; nil while the database holds no authority.
  func revocationHead() throws -> RevocationPosition? {
    let transaction = SQLTransaction(self)
    return try transaction.settings() == nil ? nil : transaction.revocationPosition()
  }

  func signingKeys() throws -> [SigningKeyRecord] {
    try SQLTransaction(self).signingKeys()
  }

  /// From now on the server tells of others' commits.
  func listen() throws {
    try translating { try session.run(PostgresNotice.listening) }
  }

  /// The notices that have come, or that come within `duration` unless `waker` is woken.
  func notices(within duration: Duration, orUntil waker: Waker) throws -> [PostgresNotice] {
    try session.notices(within: duration, orUntil: waker).compactMap(PostgresNotice.init(rawValue:))
  }

  func commit(_ notice: PostgresNotice?) throws {
    let commands = (notice.map { [$0.command] } ?? []) + ["COMMIT"]
    do {
      // To a transaction that has failed the server answers so, and no error.
      let tag = try translating { try session.run(commands.joined(separator: "; ")).tag }
      guard tag == "COMMIT" else { throw StorageError.conflict }
    } catch StorageError.unavailable(let reason) where state != .open {
      throw StorageError.outcomeUnknown(reason)
    }
  }

  /// Gives up a transaction. When that fails the connection is of no more use, and the server does it.
  func rollback() {
    guard state == .open else { return }
    do {
      try session.run("ROLLBACK")
    } catch {
      isSpent = true
    }
  }
}

/// Runs `work`, and turns the server's refusals into the storage's errors. Other errors pass.
@discardableResult
func translating<Answer>(_ work: () throws -> Answer) throws -> Answer {
  do {
    return try work()
  } catch let refusal as PostgresRefusal {
    throw refusal.storageError
  }
}

extension SQLStatement {
  /// The statement in PostgreSQL's words: numbered parameters, and its way to hold a row.
  ///
  /// The lock is the one that an update takes. It lets a session be inserted under an account that is held,
  /// where the foreign key looks at the account's identifier alone.
  var numbered: String {
    var result = ""
    var count = 0
    for character in text.unicodeScalars {
      if character == "?" {
        count += 1
        result += "$\(count)"
      } else {
        result.unicodeScalars.append(character)
      }
    }
    return locksRow ? result + " FOR NO KEY UPDATE" : result
  }
}
