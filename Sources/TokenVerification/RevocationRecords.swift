internal import JOSE

/// Revocation entries as bytes, 32 each: the subject (16), the number and the expiry in milliseconds since
/// 1970 (8 each, most significant byte first). The number's highest bit: the entry ignores positions.
enum RevocationRecords {
  static let size = 32
  private static let ignoresPosition: UInt64 = 1 << 63

  static func pack(_ entries: [RevocationEntry]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * size)
    for entry in entries {
      let number = UInt64(entry.sequence) | (entry.ignoresPosition ? ignoresPosition : 0)
      bytes += entry.subject.bytes
      append(number, to: &bytes)
      append(UInt64(max(entry.expiresAt.milliseconds, 0)), to: &bytes)
    }
    return bytes
  }

  /// - Throws: ``JOSEError`` with code `malformed_claim` when the bytes are no whole records, or a time is
  ///   beyond what a ``Timestamp`` holds.
  static func unpack(_ bytes: ArraySlice<UInt8>) throws(JOSEError) -> [RevocationEntry] {
    guard bytes.count.isMultiple(of: size) else {
      throw JOSEError(.malformedClaim, "entries are records of \(size) bytes")
    }
    var entries: [RevocationEntry] = []
    entries.reserveCapacity(bytes.count / size)
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
      let number = word(in: bytes, at: start + 16)
      guard let subject = RevocationSubject(bytes: Array(bytes[start..<start + 16])),
        let expiry = Int64(exactly: word(in: bytes, at: start + 24))
      else {
        throw JOSEError(.malformedClaim, "an entry's expiry is out of range")
      }
      entries.append(
        RevocationEntry(
          sequence: Int64(number & ~ignoresPosition), subject: subject,
          ignoresPosition: number & ignoresPosition != 0, expiresAt: Timestamp(milliseconds: expiry)))
    }
    return entries
  }

  private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }

  private static func word(in bytes: ArraySlice<UInt8>, at start: Int) -> UInt64 {
    bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
