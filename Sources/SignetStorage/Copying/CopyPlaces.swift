/// The database that an authority is copied from.
package protocol CopySource {
  /// What an operator calls it.
  var name: String { get }

  /// Runs `body` on one state of the database that nobody else changes until it returns, then commits what
  /// `body` wrote.
  /// - Throws: `StorageError`, or what `body` throws: then nothing was written.
  func held<Answer>(_ body: (any SQLConnection) throws -> Answer) throws -> Answer
}

/// The new database that an authority is copied to.
package protocol CopyTarget {
  /// What an operator calls it.
  var name: String { get }

  /// Makes the schema, and runs `body`, which fills it. Nothing of it is there for anybody else until
  /// ``complete()``.
  /// - Throws: ``CopyRefusal/notEmpty(_:)``, `StorageError`, or what `body` throws.
  func fill<Answer>(_ body: (any SQLLoading) throws -> Answer) throws -> Answer

  /// Puts all that was filled in place at once; it is durable when this returns.
  func complete() throws

  /// Removes what was filled.
  func abandon() throws
}

/// A connection that takes many rows at once.
package protocol SQLLoading: SQLConnection {
  /// Adds rows with all columns of `table`, in its order.
  func load(_ rows: [SQLRow], into table: CopiedTable) throws
}

/// Why an authority was not copied.
package enum CopyRefusal: Error, Hashable, Sendable {
  /// The target holds something, and a copy is made into nothing else than an empty place.
  case notEmpty(String)
  /// The target holds something, and the source was handed over to it: an earlier copy is complete.
  case copiedBefore(String)
  /// What the target gives back is not what the source has.
  case differs(table: String)
}
