internal import Foundation

/// A file of a secret, made once and never written over.
enum NewFile {
  /// Writes `bytes` to a new file, which only its owner can read.
  /// - Throws: ``CommandError`` when there is one of that name.
  static func write(_ bytes: [UInt8], to path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CommandError("\(path) exists already", next: "choose another name; a key is never overwritten")
    }
    try Data(bytes).write(to: URL(filePath: path), options: .withoutOverwriting)
  }
}
