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

  /// Runs a statement and decodes each of its rows.
  /// - Throws: `StorageError`, or what `decode` throws.
  func query<Answer>(
    _ statement: SQLStatement, _ values: [SQLValue], decode: (SQLRow) throws -> Answer
  ) throws -> [Answer]
}

/// The text of a statement, with `?` for each bound value and nowhere else.
///
/// It can be written down and not put together: there is no way here from a `String`, so that what a person
/// typed cannot become a part of it.
package struct SQLStatement: Hashable, Sendable, ExpressibleByStringLiteral {
  package let text: String

  package init(stringLiteral text: StaticString) {
    self.text = text.description
  }
}

/// A value on its way into a statement or out of a row.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}
