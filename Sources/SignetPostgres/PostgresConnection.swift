internal import SignetAuthority
internal import SignetStorage
internal import TokenVerification

/// A connection of PostgreSQL as ``SQLConnection``: bound values, rows as they are stored. Used by one thread
/// at a time.
///
/// What needs no answer waits for what does, and travels with it. Nothing outlives a transaction behind a
/// pooler, which may give each transaction another of the server's connections: no setting, and no statement.
final class PostgresConnection: SQLConnection {
  let session: PostgresSession
  private let isPooled: Bool
  private var prepared: [PreparedKey: Prepared] = [:]
  /// What has not been sent yet.
  private var pending: [Pending] = []
  /// Whether anything of the transaction has been sent.
  private var isSent = false
  /// Set when a transaction could not be given up.
  private var isSpent = false

  private struct PreparedKey: Hashable {
    let statement: SQLStatement
    let isForOne: Bool
  }

  private struct Prepared {
    let name: String
    let types: [PostgresType]
  }

  private struct Pending {
    let command: PostgresCommand
    /// Whether it fails, by `22P02`, unless it stands for one row.
    var isForOne = false
  }

  /// Connects, and makes the server promise what this program relies on.
  /// - Throws: `StorageError.unavailable`.
  init(
    _ target: PostgresTarget, limits: PostgresLimits, onRoundTrip: @escaping RoundTripObserver = {}
  ) throws {
    session = try PostgresSession(target, patience: limits.patience, onRoundTrip: onRoundTrip)
    isPooled = target.isPooled
    let promises = ["SHOW synchronous_commit", "VALUES (CAST('a' < 'B' AS text))"]
    let settings = isPooled ? [] : Self.settings.map { "SET \($0) = '\($1)'" }
    let answers = try send((settings + promises).map { Pending(command: .own($0)) }).suffix(2)
    try checkPromises(try answers.map { try $0.rows { try $0.text(0) }.first })
  }

  /// What ends a statement, a wait or a transaction that takes too long.
  private static let settings = [
    ("statement_timeout", "5s"), ("lock_timeout", "4s"), ("idle_in_transaction_session_timeout", "5s"),
  ]

  /// - Throws: `StorageError.unavailable` for a server that would lose what it has committed, and for a
  ///   database that does not order texts by their bytes: another order than SQLite's, and one that changes
  ///   with the system's libraries, under indexes that were built by the old one.
  private func checkPromises(_ shown: [String?]) throws {
    guard shown.first != "off" else {
      throw StorageError.unavailable(
        "PostgreSQL has synchronous_commit = off for this user or database: it would lose what was "
          + "answered with success. Set it to on")
    }
    guard session.reported("server_encoding") == "UTF8", shown.last == "false" else {
      throw StorageError.unavailable(
        "the database does not keep texts as UTF-8 in the order of their bytes. Make it with "
          + "`createdb --template=template0 --encoding=UTF8 --locale=C`")
    }
  }

  /// Runs commands of this program's own, in one round trip.
  /// - Returns: The answer to the last.
  @discardableResult
  func tell(_ commands: String...) throws -> PostgresAnswer {
    pending += commands.dropLast().map { Pending(command: .own($0)) }
    return try answer(to: .own(commands.last ?? ""))
  }

  /// The text in the first row of the answer.
  func shown(_ command: String) throws -> String? {
    try tell(command).rows { try $0.text(0) }.first
  }

  /// What has become of the connection. One that is not open is of no more use.
  var state: PostgresSession.State { isSpent && session.state == .open ? .stalled : session.state }

  func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
    // Without values there is nothing to bind; what changes the schema is said once, and not kept.
    guard !values.isEmpty else { return try answer(to: .own(statement.numbered)).changedRows }
    return try answer(to: command(statement, values)).changedRows
  }

  /// Waits for what is asked next: whether it changed one row, the server is told to see to.
  func executeOnOne(_ statement: SQLStatement, _ values: [SQLValue]) throws {
    let command = try command(statement, values, isForOne: true)
    pending.append(Pending(command: command, isForOne: true))
  }

  func forEachRow(
    of statement: SQLStatement, _ values: [SQLValue], _ take: (SQLRow) throws -> Void
  ) throws {
    _ = try answer(to: command(statement, values)).rows(take)
  }

  private func command(
    _ statement: SQLStatement, _ values: [SQLValue], isForOne: Bool = false
  ) throws -> PostgresCommand {
    let text = { isForOne ? statement.forOneRow : statement.numbered }
    guard !isPooled else { return .statement(text(), PackedBytes(parameters: values)) }
    let prepared = try prepare(PreparedKey(statement: statement, isForOne: isForOne), text())
    guard prepared.types.count == values.count, zip(prepared.types, values).allSatisfy({ $0.takes($1) })
    else {
      throw StorageError.corrupt("PostgreSQL wants values of other types than this program has")
    }
    return .prepared(name: prepared.name, PackedBytes(parameters: values))
  }

  private func prepare(_ key: PreparedKey, _ text: @autoclosure () -> String) throws -> Prepared {
    if let known = prepared[key] { return known }
    let name = "signet_\(prepared.count)"
    pending.append(Pending(command: .prepare(name: name, text())))
    let new = Prepared(name: name, types: try answer(to: .describe(name: name)).parameterTypes())
    prepared[key] = new
    return new
  }

  /// Sends what is pending and then `command`, in one round trip.
  private func answer(to command: PostgresCommand) throws -> PostgresAnswer {
    let all = pending + [Pending(command: command)]
    pending = []
    guard let last = try send(all).last else { throw StorageError.corrupt("PostgreSQL gave no answer") }
    return last
  }

  private func send(_ commands: [Pending]) throws -> [PostgresAnswer] {
    isSent = true
    let (answers, refusal) = try session.run(commands.map(\.command))
    guard let refusal else { return answers }
    if refusal.state == "22P02", commands[answers.count].isForOne { throw StorageError.conflict }
    throw refusal.storageError
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
    begin("ISOLATION LEVEL READ COMMITTED READ WRITE")
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
    begin("ISOLATION LEVEL REPEATABLE READ READ ONLY")
    defer { rollback() }
    let answer = try body(SQLTransaction(self))
    try sendFirst()
    return answer
  }

  /// Lets nobody else change the schema until the transaction ends, which may take a minute.
  ///
  /// What a step waits for, a table that others use, everybody else then waits for as well, behind it: not
  /// for as long as they would wait for a lock themselves.
  func holdSchema() throws {
    try tell(
      "SET LOCAL statement_timeout = '600s'", "SET LOCAL lock_timeout = '60s'",
      "VALUES (pg_advisory_xact_lock(1399287412))", "SET LOCAL lock_timeout = '2s'")
  }

  /// What the database's schema is to this program.
  func schemaState() throws -> SchemaState {
    let look = "VALUES (CAST(to_regclass('schema_version') IS NOT NULL AS text))"
    guard try shown(look) == "true" else { return .missing }
    return try Schema.state(self)
  }

  /// Its first statement takes the beginning along.
  func begin(_ mode: String) {
    pending = [Pending(command: .own("BEGIN \(mode)"))]
    if isPooled {
      // A `SET` does not look at the database: the snapshot is that of what comes after it.
      pending += Self.settings.map { Pending(command: .own("SET LOCAL \($0) = '\($1)'")) }
    }
    isSent = false
  }

  /// A connection that was lost while nobody used it shows here at the latest, when nothing can have happened
  /// yet.
  func sendFirst() throws {
    if !isSent { try sendPending() }
  }

  func sendPending() throws {
    let all = pending
    pending = []
    if !all.isEmpty { _ = try send(all) }
  }

  /// Whatever is refused before the commit keeps the server from looking at it.
  func commit(_ notice: PostgresNotice?) throws {
    try sendFirst()
    if let notice { pending.append(Pending(command: .own(notice.command))) }
    session.forgetWarnings()
    do {
      // To a transaction that has failed the server answers so, and no error.
      let tag = try answer(to: .own("COMMIT")).tag
      guard tag == "COMMIT" else { throw StorageError.conflict }
      // It is committed here, but not as it should be: a standby was not waited for, because somebody has
      // cancelled that.
      guard !session.hasWarned else {
        throw StorageError.outcomeUnknown("PostgreSQL has committed with a warning: see its log")
      }
    } catch StorageError.unavailable(let reason) where state != .open {
      throw StorageError.outcomeUnknown(reason)
    }
  }

  /// Gives up a transaction. When that fails the connection is of no more use, and the server does it.
  func rollback() {
    pending = []
    guard isSent, state == .open else { return }
    do {
      _ = try send([Pending(command: .own("ROLLBACK"))])
    } catch {
      isSpent = true
    }
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

  /// The statement so that it fails, by 22P02, unless it changes one row: then nothing that was sent after it
  /// happens either. The server's log quotes the reason.
  var forOneRow: String {
    """
    WITH changed AS (\(numbered) RETURNING 1) SELECT CASE count(*) WHEN 1 THEN 1 ELSE
      CAST('signet: somebody else was first, and this runs again; rows: ' || count(*) AS bigint) END
    FROM changed
    """
  }
}
