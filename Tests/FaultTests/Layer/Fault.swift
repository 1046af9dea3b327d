import Foundation

/// What is to go wrong in a process under the fault layer.
struct Fault: Sendable, CustomStringConvertible {
  /// Whose turn counts.
  let operations: Operations
  /// How many of them pass before.
  let skip: Int
  let effect: Effect

  enum Effect: Sendable {
    /// The operation fails with this error; lasting: and so do all after it, until the fault is taken back.
    case failure(errno: Int32, isLasting: Bool)
    /// The process is killed at the operation.
    case kill(Moment)
  }

  enum Moment: UInt64, CaseIterable, Sendable {
    case before, halfway, after
  }

  var description: String {
    switch effect {
    case .failure(let code, let isLasting):
      "\(code == ENOSPC ? "ENOSPC" : code == EIO ? "EIO" : "errno \(code)") \(isLasting ? "from" : "at") "
        + "\(operations) \(skip + 1)\(isLasting ? " on" : "")"
    case .kill(let moment): "a kill, \(moment) \(operations) \(skip + 1)"
    }
  }
}

/// Operations on SQLite's files, a bit for each as `fault-layer.h` has them.
struct Operations: OptionSet, Hashable, Sendable, CustomStringConvertible {
  let rawValue: UInt64

  private init(file: UInt64, operation: UInt64) {
    rawValue = 1 << (file * 4 + operation)
  }

  init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  static let databaseWrites = Operations(file: 1, operation: 0)
  static let databaseSyncs = Operations(file: 1, operation: 1)
  static let databaseTruncations = Operations(file: 1, operation: 2)
  static let logWrites = Operations(file: 2, operation: 0)
  static let logSyncs = Operations(file: 2, operation: 1)
  static let logTruncations = Operations(file: 2, operation: 2)
  static let indexWrites = Operations(file: 4, operation: 0)
  static let indexTruncations = Operations(file: 4, operation: 2)

  static let writes: Operations = [.databaseWrites, .logWrites, .indexWrites]
  /// Whatever needs room on the disk, or the disk's word.
  static let all: Operations = [
    .writes, .databaseSyncs, .databaseTruncations, .logSyncs, .logTruncations, .indexTruncations,
  ]

  private static let names: [(Operations, String)] = [
    (.databaseWrites, "database write"), (.databaseSyncs, "database sync"),
    (.databaseTruncations, "database truncation"), (.logWrites, "log write"), (.logSyncs, "log sync"),
    (.logTruncations, "log truncation"), (.indexWrites, "index write"),
    (.indexTruncations, "index truncation"),
  ]

  var description: String {
    self == .all
      ? "operation" : Self.names.filter { contains($0.0) }.map(\.1).joined(separator: " or ")
  }
}

/// The file by which the tests tell a running fault layer what is to fail, and learn what did.
struct FaultControl: Sendable {
  let path: String

  /// How many 64-bit words each side writes: the tests, then the layer.
  private static let wordCount = 8
  private static let losesSyncsIndex = 5

  init(path: String, losesSyncs: Bool = false) throws {
    self.path = path
    var words = [UInt64](repeating: 0, count: 2 * Self.wordCount)
    words[Self.losesSyncsIndex] = losesSyncs ? 1 : 0
    try Self.data(words).write(to: URL(filePath: path))
  }

  /// Lets `fault` happen from now on. `serial` is any number but 0 and the one before.
  func arm(_ fault: Fault, serial: UInt64) throws {
    let (code, isLasting, moment): (UInt64, UInt64, UInt64) =
      switch fault.effect {
      case .failure(let code, let isLasting): (UInt64(code), isLasting ? 1 : 0, 0)
      case .kill(let moment): (Self.killProcess, 0, moment.rawValue)
      }
    try write([fault.operations.rawValue, UInt64(fault.skip), code, isLasting, moment], at: 0)
    try write([serial], at: Self.serialIndex)
  }

  /// The disk works again.
  func disarm() throws {
    try write([0], at: Self.serialIndex)
  }

  /// How many operations of the kind asked for there were since the fault was armed, and how many failed.
  func counts(serial: UInt64) throws -> (seen: Int, failed: Int) {
    let words = try Self.words(Data(contentsOf: URL(filePath: path)))
    guard words[Self.wordCount] == serial else { return (0, 0) }
    return (Int(words[Self.wordCount + 1]), Int(words[Self.wordCount + 2]))
  }

  private static let serialIndex = 6
  private static let killProcess: UInt64 = 9999

  private func write(_ words: [UInt64], at index: Int) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seek(toOffset: UInt64(index * 8))
    try handle.write(contentsOf: Self.data(words))
    try handle.close()
  }

  private static func data(_ words: [UInt64]) -> Data {
    Data(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } })
  }

  private static func words(_ data: Data) -> [UInt64] {
    stride(from: 0, to: data.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(data[start + $1]) << (UInt64($1) * 8) }
    }
  }
}
