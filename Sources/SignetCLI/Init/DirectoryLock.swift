internal import Foundation
internal import Glibc

/// Holds a data directory for one process, for as long as this value lives.
final class DirectoryLock {
  private let handle: FileHandle

  /// Nil when another process holds it.
  init?(_ path: String) throws {
    handle = try FileHandle(forReadingFrom: URL(filePath: path))
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }
}
