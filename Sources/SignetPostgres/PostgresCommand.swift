internal import CLibPQ
internal import SignetStorage

/// One command on its way to the server. Parameters and answers travel in binary form.
enum PostgresCommand {
  /// One statement as it is, its parameters `$1`, `$2`, … of the types that the values have.
  case statement(String, PackedBytes)
  /// Lets the server parse a statement, whose parameters' types it finds itself, under a name.
  case prepare(name: String, String)
  /// Asks for the parameters' types of what was prepared under a name.
  case describe(name: String)
  /// Runs what was prepared under a name.
  case prepared(name: String, PackedBytes)

  /// A statement of this program's own, without parameters.
  static func own(_ text: String) -> PostgresCommand { .statement(text, PackedBytes(parameters: [])) }
}

extension PostgresCommand {
  /// Hands the command to the library, which sends it with the next synchronisation.
  /// - Returns: Whether the library took it.
  // SAFETY: whoever calls hands over a connection in pipeline mode.
  func send(to handle: OpaquePointer) -> Bool {
    let isTaken: Int32
    switch self {
    case .statement(let text, let parameters):
      // SAFETY: the text is NUL-terminated; the arrays have as many elements as is said; all of them live
      // through the call.
      isTaken = unsafe parameters.withPointers { values in
        unsafe PQsendQueryParams(
          handle, text, Int32(values.count), parameters.types, values, parameters.lengths,
          parameters.formats, 1)
      }
    case .prepare(let name, let text):
      // SAFETY: both texts are NUL-terminated and live through the call; no types are given.
      isTaken = unsafe PQsendPrepare(handle, name, text, 0, nil)
    case .describe(let name):
      // SAFETY: as above.
      isTaken = unsafe PQsendDescribePrepared(handle, name)
    case .prepared(let name, let parameters):
      // SAFETY: as for a statement.
      isTaken = unsafe parameters.withPointers { values in
        unsafe PQsendQueryPrepared(
          handle, name, Int32(values.count), values, parameters.lengths, parameters.formats, 1)
      }
    }
    return isTaken == 1
  }
}
