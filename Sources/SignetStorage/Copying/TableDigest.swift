internal import Crypto

/// How many rows a table has, and what they are: SHA-256 over all values of all rows, in the order of their
/// keys. The same on every engine.
package struct TableDigest: Hashable, Sendable {
  package let rows: Int64
  /// 32 bytes.
  package let sha256: [UInt8]
}

/// Makes a ``TableDigest``, some rows at a time.
struct TableDigester {
  private var hash = SHA256()
  private var rows: Int64 = 0

  /// Takes the next rows, in order. Each value is hashed with its type and its length, so that no other rows
  /// make the same bytes.
  mutating func update(_ rows: [SQLRow]) {
    var bytes: [UInt8] = []
    for row in rows {
      for value in row.values { Self.append(value, to: &bytes) }
    }
    hash.update(data: bytes)
    self.rows += Int64(rows.count)
  }

  var digest: TableDigest { TableDigest(rows: rows, sha256: Array(hash.finalize())) }

  private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0)
    case .integer(let integer):
      bytes.append(1)
      append(UInt64(bitPattern: integer), to: &bytes)
    case .text(let text):
      bytes.append(2)
      append(UInt64(text.utf8.count), to: &bytes)
      bytes.append(contentsOf: text.utf8)
    case .blob(let blob):
      bytes.append(3)
      append(UInt64(blob.count), to: &bytes)
      bytes.append(contentsOf: blob)
    }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }
}
