internal import CLibPQ
internal import SignetAuthority
internal import SignetStorage

/// What the server answered to one command.
// SAFETY: the handle is this object's alone, read through functions that stay within the result, and freed
// once, when the object goes.
@safe
final class PostgresAnswer {
  private let handle: OpaquePointer

  // SAFETY: whoever calls hands over a result that nobody else frees.
  init(owning handle: OpaquePointer) {
    unsafe self.handle = unsafe handle
  }

  deinit {
    // SAFETY: see above.
    unsafe PQclear(handle)
  }

  /// Whether the server did what it was told.
  var isSuccess: Bool {
    // SAFETY: see above.
    switch unsafe PQresultStatus(handle) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: true
    default: false
    }
  }

  /// Whether the server waits for the rows of a `COPY … FROM STDIN`.
  var wantsStream: Bool {
    // SAFETY: see above.
    unsafe PQresultStatus(handle) == PGRES_COPY_IN
  }

  /// Whether this is no answer to a command, but the end of those that were sent together.
  var isSynchronisation: Bool {
    // SAFETY: see above.
    unsafe PQresultStatus(handle) == PGRES_PIPELINE_SYNC
  }

  /// The server's refusal, in as few of its words as say why.
  ///
  /// Its details and its context are left where they are: they quote rows, with the hashes and names in them.
  var refusal: PostgresRefusal {
    PostgresRefusal(
      state: field(Int32(UInt8(ascii: "C"))) ?? "", message: field(Int32(UInt8(ascii: "M"))) ?? "")
  }

  /// What was done: `COMMIT`, say.
  var tag: String {
    // SAFETY: a NUL-terminated text that is copied at once.
    unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? ""
  }

  /// How many rows the command inserted, updated or deleted; 0 for one that does none of these.
  var changedRows: Int {
    // SAFETY: a NUL-terminated text that is copied at once.
    unsafe PQcmdTuples(handle).flatMap { Int(unsafe String(cString: $0)) } ?? 0
  }

  /// The types of the parameters of the statement that was described.
  func parameterTypes() throws -> [PostgresType] {
    // SAFETY: see above.
    let count = unsafe PQnparams(handle)
    return try (0..<count).map { index in
      // SAFETY: the index is below the count.
      try PostgresType(code: unsafe PQparamtype(handle, index))
    }
  }

  /// Decodes each row.
  func rows<Answer>(_ decode: (SQLRow) throws -> Answer) throws -> [Answer] {
    // SAFETY: see above.
    let (count, columns) = (unsafe PQntuples(handle), unsafe PQnfields(handle))
    let types = try (0..<columns).map { column in
      // SAFETY: the column is below their count.
      try PostgresType(code: unsafe PQftype(handle, column))
    }
    return try (0..<count).map { row in
      try decode(
        SQLRow(
          try types.enumerated().map { column, type in
            try bytes(row: row, column: Int32(column)).map(type.value) ?? .null
          }))
    }
  }

  private func bytes(row: Int32, column: Int32) -> [UInt8]? {
    // SAFETY: row and column are below their counts; the value has as many bytes as the library says, and is
    // copied at once.
    guard unsafe PQgetisnull(handle, row, column) == 0, let start = unsafe PQgetvalue(handle, row, column)
    else { return nil }
    // SAFETY: as above.
    let value = unsafe UnsafeBufferPointer(start: start, count: Int(PQgetlength(handle, row, column)))
    // SAFETY: as above.
    return unsafe value.map { UInt8(bitPattern: $0) }
  }

  /// A field of an error; codes are those of the protocol.
  private func field(_ code: Int32) -> String? {
    // SAFETY: a NUL-terminated text that is copied at once.
    unsafe PQresultErrorField(handle, code).map { unsafe String(cString: $0) }
  }
}

/// The types that this program's tables have, in the protocol's binary form.
enum PostgresType {
  case integer, text, blob

  /// - Throws: `StorageError.corrupt` for any other: it is in no schema of this program.
  init(code: Oid) throws {
    switch code {
    case 20: self = .integer
    case 25: self = .text
    case 17: self = .blob
    default: throw StorageError.corrupt("PostgreSQL has a value of the type \(code), which nothing here uses")
    }
  }

  /// The type that a parameter is sent as; nil for one that is absent.
  init?(of value: SQLValue) {
    switch value {
    case .null: return nil
    case .integer: self = .integer
    case .text: self = .text
    case .blob: self = .blob
    }
  }

  var code: Oid {
    switch self {
    case .integer: 20
    case .text: 25
    case .blob: 17
    }
  }

  func value(_ bytes: [UInt8]) throws -> SQLValue {
    switch self {
    case .blob: return .blob(bytes)
    case .text:
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw StorageError.corrupt("PostgreSQL has a text that is not UTF-8")
      }
      return .text(text)
    case .integer:
      guard bytes.count == 8 else { throw StorageError.corrupt("PostgreSQL has an integer of another width") }
      return .integer(Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) }))
    }
  }

  /// Whether a parameter of this type can be `value`.
  func takes(_ value: SQLValue) -> Bool {
    switch (self, value) {
    case (_, .null), (.integer, .integer), (.text, .text), (.blob, .blob): true
    default: false
    }
  }
}
