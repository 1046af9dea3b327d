internal import Glibc
internal import SignetAuthority

/// An exclusive lock for the life of a process, on a file of its own beside the database.
///
/// The kernel drops it when the process ends, however it ends. The file stays: removing it would let a second
/// process lock a file that a third can no longer see.
final class LockFile: Sendable {
  private let descriptor: Int32

  /// Takes the lock at `path`.
  /// - Throws: `StorageError.unavailable` when somebody holds it, or the file cannot be made.
  init(path: String, database: String) throws {
    descriptor = try PrivateFile.descriptor(of: path, flags: Self.flags)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StorageError.unavailable(
        "the database \(database) is in use by another process. While `signet serve` runs, commands reach it "
          + "through its control socket: give both the same configuration, or stop the server first")
    }
  }

  /// Nobody else has a reason to make this file: a link in its place would have its target's mode changed.
  private static let flags = O_CLOEXEC | O_NOFOLLOW

  /// Whether a process holds the lock at `path`. Makes no file.
  static func isHeld(_ path: String) -> Bool {
    // SAFETY: the path is a NUL-terminated copy that lives through the call, and `open` keeps nothing of it.
    let descriptor = unsafe open(path, O_RDONLY | Self.flags)
    guard descriptor >= 0 else { return false }
    defer { Self.letGo(of: descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Gives the lock back before the value is gone.
  func release() {
    flock(descriptor, LOCK_UN)
  }

  deinit {
    Self.letGo(of: descriptor)
  }

  /// Unlocks, too: a child of this process that is about to become another program has the descriptor as well
  /// until then, and would hold the lock for that moment.
  private static func letGo(of descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

/// Files that nobody but their owner reads.
enum PrivateFile {
  /// Makes the file at `path` if there is none, and takes everybody else's access away.
  static func secure(_ path: String) throws {
    close(try descriptor(of: path))
  }

  /// Makes the file at `path`, empty.
  /// - Throws: `StorageError.unavailable`, also when there is one.
  static func make(_ path: String) throws {
    close(try descriptor(of: path, flags: O_EXCL))
  }

  /// Puts the file at `source` in the place of the one at `path`, at once.
  static func rename(_ source: String, to path: String) throws {
    // SAFETY: both paths are NUL-terminated copies that live through the call, which keeps nothing of them.
    guard unsafe Glibc.rename(source, path) == 0 else {
      throw StorageError.unavailable("cannot put \(source) in the place of \(path): \(reason(errno))")
    }
  }

  /// Waits until the disk has what was written to the file at `path`, or the names in a folder.
  static func sync(_ path: String) throws {
    // SAFETY: the path is a NUL-terminated copy that lives through the call, and `open` keeps nothing of it.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageError.unavailable("cannot open \(path): \(reason(errno))")
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw StorageError.unavailable("the disk did not take \(path): \(reason(errno))")
    }
  }

  /// An open descriptor of the file at `path`, which is made if there is none, with mode 0600 either way.
  fileprivate static func descriptor(of path: String, flags: Int32 = 0) throws -> Int32 {
    // SAFETY: the path is a NUL-terminated copy that lives through the call, and `open` keeps nothing of it.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0o600)
    guard descriptor >= 0 else {
      throw StorageError.unavailable(
        "cannot open \(path): \(reason(errno)); is the folder there, and writable?")
    }
    guard fchmod(descriptor, 0o600) == 0 else {
      let failure = errno
      close(descriptor)
      throw StorageError.unavailable("cannot make \(path) private: \(reason(failure))")
    }
    return descriptor
  }

  private static func reason(_ code: Int32) -> String {
    // SAFETY: `strerror` returns a NUL-terminated text, copied at once.
    unsafe String(cString: strerror(code))
  }
}
