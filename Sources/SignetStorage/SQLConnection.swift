internal import SignetAuthority

/// What the storage asks of an engine: bound statements inside one transaction that the engine has begun.
///
/// A value is used by one thread, and only while its transaction lasts. An engine turns its own errors into
/// `StorageError`: `conflict` when a unique or referenced value stands against a statement or the engine
/// could not serialise it, `unavailable` when it cannot serve, `corrupt` when what it holds makes no sense.
package protocol SQLConnection {
  /// Runs a statement that answers with no rows.
  /// - Returns: How many rows it inserted, updated or deleted itself; those of a cascade do not count.
  /// - Throws: `StorageError`.
  func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int

  /// Runs a statement that stands for one row: perhaps only with what is asked next, or with the commit,
  /// whose failure its failure then is.
  /// - Throws: `StorageError.conflict` when it did not insert, update or delete exactly one row.
  func executeOnOne(_ statement: SQLStatement, _ values: [SQLValue]) throws

  /// Runs a statement and hands over each of its rows, one after the other.
  /// - Throws: `StorageError`, or what `take` throws.
  func forEachRow(
    of statement: SQLStatement, _ values: [SQLValue], _ take: (SQLRow) throws -> Void
  ) throws
}

extension SQLConnection {
  package func executeOnOne(_ statement: SQLStatement, _ values: [SQLValue]) throws {
    guard try execute(statement, values) == 1 else { throw StorageError.conflict }
  }

  /// Runs a statement and decodes each of its rows.
  ///
  /// Generic here and not in the engine: across modules, and through an existential, every row would pass
  /// through code that knows nothing of its type.
  /// - Throws: `StorageError`, or what `decode` throws.
  func query<Answer>(
    _ statement: SQLStatement, _ values: [SQLValue], decode: (SQLRow) throws -> Answer
  ) throws -> [Answer] {
    var answers: [Answer] = []
    try forEachRow(of: statement, values) { answers.append(try decode($0)) }
    return answers
  }
}

/// The text of a statement, with `?` for each bound value and nowhere else.
///
/// It can be written down and not put together: there is no way here from a `String`, so that what a person
/// typed cannot become a part of it. Equal is what is the same literal: an engine finds by it what it has
/// prepared, and has no text to copy or to compare.
package struct SQLStatement: Hashable, Sendable, ExpressibleByStringLiteral {
  private let literal: StaticString
  /// Whether the one row that the statement selects is to be held against all other writers until the
  /// transaction ends. An engine with one writer has nothing to do for it.
  package private(set) var locksRow = false

  package init(stringLiteral literal: StaticString) {
    self.literal = literal
  }

  package var text: String { literal.description }

  package static func == (left: SQLStatement, right: SQLStatement) -> Bool {
    left.address == right.address && left.locksRow == right.locksRow
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(address)
    hasher.combine(locksRow)
  }

  private var address: UInt {
    // SAFETY: where the literal lies, for as long as the process lives; a number here, and never followed.
    unsafe UInt(bitPattern: literal.utf8Start)
  }

  /// The same, and the row is held. Only for a `SELECT` of one row by its key: of several, an engine may
  /// answer with some as they were before it waited, and with others as they are now.
  package var lockingRow: SQLStatement {
    var locking = self
    locking.locksRow = true
    return locking
  }
}

/// A value on its way into a statement or out of a row.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}
