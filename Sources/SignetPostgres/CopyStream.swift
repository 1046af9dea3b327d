internal import SignetStorage

/// Rows as PostgreSQL's `COPY … (FORMAT binary)` takes them.
///
/// A signature, then each row as the number of its values and, for each, its length and its bytes as they are
/// bound to a statement; integers are big-endian. (“File Formats” under COPY in PostgreSQL's manual.)
struct CopyStream {
  private(set) var bytes: [UInt8]

  init(_ rows: [SQLRow]) {
    bytes = Self.signature
    for row in rows {
      append(Int16(clamping: row.values.count))
      for value in row.values { append(value) }
    }
    append(Int16(-1))
  }

  private mutating func append(_ value: SQLValue) {
    switch value {
    case .null: append(Int32(-1))
    case .integer(let integer):
      append(Int32(8))
      append(integer)
    case .text(let text):
      append(Int32(clamping: text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    case .blob(let blob):
      append(Int32(clamping: blob.count))
      bytes.append(contentsOf: blob)
    }
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// With no flags, and no extension of the header.
  private static let signature =
    Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8)
}
