internal import Glibc
internal import SignetAuthority

/// Ends a thread's wait from outside: a descriptor that it can watch beside others, readable once it was
/// woken. It is woken for good.
final class Waker: Sendable {
  /// The end of a pipe that is read.
  let descriptor: Int32
  private let otherEnd: Int32

  /// - Throws: `StorageError.unavailable` when the process has no descriptor left.
  init() throws {
    var ends: [Int32] = [-1, -1]
    // SAFETY: room for two descriptors, which lives through the call.
    guard unsafe pipe(&ends) == 0 else {
      throw StorageError.unavailable("no file descriptor is left: errno \(errno)")
    }
    (descriptor, otherEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(descriptor)
    close(otherEnd)
  }

  func wake() {
    // One byte that nobody reads: the pipe stays readable. It never fills, however often this is called.
    var byte: UInt8 = 1
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one descriptor, and one byte, which live through the calls.
    if unsafe poll(&watched, 1, 0) == 0 { _ = unsafe write(otherEnd, &byte, 1) }
  }

  /// Waits until it is woken, or `duration` has passed.
  func wait(_ duration: Duration) {
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one descriptor, which lives through the call.
    _ = unsafe poll(&watched, 1, duration.pollMilliseconds)
  }
}

extension Duration {
  /// In the form of poll(2); never negative, which would be without end.
  var pollMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000))
  }
}
