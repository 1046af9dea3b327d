internal import CLibPQ
internal import SignetStorage

/// Several byte strings in one buffer, as C takes them: each followed by a NUL, or absent.
struct PackedBytes {
  private var buffer: [CChar] = [0]
  private var places: [Int?] = []
  /// How long each is, without its NUL; 0 for one that is absent.
  private(set) var lengths: [Int32] = []
  /// The protocol's type of each parameter; 0, for the server to find, for one that is absent.
  private(set) var types: [Oid] = []

  /// Texts, of which none may hold a NUL.
  init(texts: [String]) {
    for text in texts { append(text.utf8) }
  }

  /// Statement parameters in binary form, after the protocol's: integers big-endian, texts and bytes as they
  /// are.
  init(parameters: [SQLValue]) {
    for value in parameters {
      types.append(PostgresType(of: value)?.code ?? 0)
      switch value {
      case .null: appendAbsent()
      case .integer(let integer): append(Self.bigEndian(integer))
      case .text(let text): append(text.utf8)
      case .blob(let bytes): append(bytes)
      }
    }
  }

  /// That each parameter is binary.
  var formats: [Int32] { [Int32](repeating: 1, count: places.count) }

  /// Calls `body` with a pointer to each, which are good until it returns.
  func withPointers<Answer>(_ body: ([UnsafePointer<CChar>?]) throws -> Answer) rethrows -> Answer {
    // SAFETY: the buffer is never empty, each place lies in it, and nobody keeps a pointer beyond `body`.
    try unsafe buffer.withUnsafeBufferPointer { pointer in
      guard let start = pointer.baseAddress else { return try unsafe body([]) }
      return try unsafe body(places.map { place in unsafe place.map { unsafe start + $0 } })
    }
  }

  private mutating func append(_ bytes: some Sequence<UInt8>) {
    places.append(buffer.count)
    let before = buffer.count
    for byte in bytes { buffer.append(CChar(bitPattern: byte)) }
    lengths.append(Int32(clamping: buffer.count - before))
    buffer.append(0)
  }

  private mutating func appendAbsent() {
    places.append(nil)
    lengths.append(0)
  }

  private static func bigEndian(_ integer: Int64) -> [UInt8] {
    let pattern = UInt64(bitPattern: integer)
    return (0..<8).map { UInt8(truncatingIfNeeded: pattern >> (56 - 8 * $0)) }
  }
}
