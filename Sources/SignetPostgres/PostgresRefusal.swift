internal import SignetAuthority

/// Why the server did not do what it was told: an SQLSTATE, and a sentence for an operator.
struct PostgresRefusal: Error, Hashable {
  /// Five characters, of which the first two are the class; empty when the library gave none.
  let state: String
  let message: String

  /// What it means for the storage.
  var storageError: StorageError {
    switch state {
    // Two transactions stood in each other's way, or a unique or referenced value does.
    case "40001", "40P01", "23505", "23503": return .conflict
    case "53100":
      return .unavailable("the disk of the database's server is full; nothing was written (\(described))")
    case "57014": return .unavailable("the database took too long; nothing was written (\(described))")
    case "55P03":
      return .unavailable("others hold for too long what this needs; try again later (\(described))")
    case "42501":
      return .unavailable("the database's user may not do this; make it the owner (\(described))")
    case "25006":
      return .unavailable("this server only reads, a standby perhaps; name the primary (\(described))")
    default: break
    }
    switch state.prefix(2) {
    // Values that do not fit, broken constraints, tables that are not what they were, damaged files.
    case "22", "23", "42", "XX": return .corrupt(described)
    default: return .unavailable(described)
    }
  }

  /// Of a value that was refused, the class alone: the sentence may quote it.
  private var described: String {
    switch state.prefix(2) {
    case "22", "23": "PostgreSQL: SQLSTATE \(state)"
    default: "PostgreSQL: \(message) (SQLSTATE \(state))"
    }
  }
}
