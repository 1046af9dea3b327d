import Foundation

/// What a process under the fault layer did to SQLite's files, in order.
struct Trace: Sendable {
  enum File: UInt32, CaseIterable, Sendable {
    case database = 1
    case log, journal, index, folder

    /// What the file's name adds to the database's; nil for what is no file of the image.
    var suffix: String? {
      switch self {
      case .database: ""
      case .log: "-wal"
      case .journal: "-journal"
      case .index, .folder: nil
      }
    }
  }

  enum Event: Hashable, Sendable {
    case write(offset: Int, bytes: Data)
    case truncate(size: Int)
    case sync
    case lostSync
    case create
    case unlink
  }

  let records: [(file: File, event: Event)]

  /// How many syncs of the log failed that had nothing new to sync.
  var lostIdleLogSyncs: Int {
    var (isDirty, count) = (false, 0)
    for case (.log, let event) in records {
      switch event {
      case .write, .truncate: isDirty = true
      case .sync: isDirty = false
      case .lostSync:
        if !isDirty { count += 1 }
        isDirty = false
      case .create, .unlink: break
      }
    }
    return count
  }

  /// Reads a trace. What stands at its end and is no whole record was being written at the kill.
  init(contentsOf path: String) throws {
    let isThere = FileManager.default.fileExists(atPath: path)
    self.init(isThere ? try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) : Data())
  }

  init(_ data: Data) {
    var records: [(file: File, event: Event)] = []
    var place = data.startIndex
    while place + Self.headerBytes <= data.endIndex {
      let kind = Self.integer(data, at: place, bytes: 4)
      let offset = Self.integer(data, at: place + 8, bytes: 8)
      let length = kind == Self.writeKind ? Self.integer(data, at: place + 16, bytes: 8) : 0
      let end = place + Self.headerBytes + length
      guard end <= data.endIndex,
        let file = File(rawValue: UInt32(Self.integer(data, at: place + 4, bytes: 4)))
      else { break }
      let bytes = data[(place + Self.headerBytes)..<end]
      if let event = Self.event(kind, offset: offset, bytes: bytes) { records.append((file, event)) }
      place = end
    }
    self.records = records
  }

  private static let headerBytes = 24
  private static let writeKind = 1

  private static func event(_ kind: Int, offset: Int, bytes: Data) -> Event? {
    switch kind {
    case writeKind: .write(offset: offset, bytes: bytes)
    case 2: .truncate(size: offset)
    case 3: .sync
    case 4: .lostSync
    case 5: .create
    case 6: .unlink
    default: nil
    }
  }

  private static func integer(_ data: Data, at place: Int, bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | Int(data[place + $1]) << ($1 * 8) }
  }
}
