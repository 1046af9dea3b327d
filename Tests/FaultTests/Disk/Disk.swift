import Foundation
import SignetTesting

/// The disk below a database: its files as they are when the power is cut.
struct Disk {
  private let database: String
  private var files: [Trace.File: DiskFile] = [:]

  /// The files of `database` as they are now; all of it counts as certain.
  init(of database: String) throws {
    self.database = database
    for (file, path) in Self.paths(of: database) {
      let isThere = FileManager.default.fileExists(atPath: path)
      files[file] = DiskFile(content: isThere ? try Data(contentsOf: URL(filePath: path)) : nil)
    }
  }

  /// Takes in what a process did, then cuts the power.
  /// - Returns: How many writes were not synced at that moment.
  mutating func replay(_ trace: Trace, loss: Loss, using generator: inout SplitMix64) -> Int {
    for (file, event) in trace.records {
      switch (file, event) {
      case (.folder, .sync):
        for file in Array(files.keys) { files[file]?.syncName() }
      default:
        files[file]?.apply(event, loss: loss, using: &generator)
      }
    }
    let unsynced = files.values.reduce(0) { $0 + $1.unsyncedCount }
    for file in Trace.File.allCases { files[file]?.cutPower(loss, using: &generator) }
    return unsynced
  }

  /// Puts the files in place of those that are there. The index is no part of a disk's truth: it goes.
  func install() throws {
    for path in Self.paths(of: database).map(\.path) + [database + "-shm"]
    where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
    for (file, path) in Self.paths(of: database) {
      guard let content = files[file]?.content else { continue }
      try content.write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
  }

  private static func paths(of database: String) -> [(file: Trace.File, path: String)] {
    Trace.File.allCases.compactMap { file in file.suffix.map { (file, database + $0) } }
  }
}
