internal import Glibc

/// An open file by its number, to which bytes are written without an error ending anything.
struct Descriptor: Sendable {
  let number: Int32

  static let standardOutput = Descriptor(number: STDOUT_FILENO)
  static let standardError = Descriptor(number: STDERR_FILENO)

  /// Writes `bytes`, and waits for a reader as long as it takes.
  /// - Returns: How many were written: fewer than there are when the reader has gone or the disk is full.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Int {
    var written = 0
    while written < bytes.count {
      let rest = bytes[written...]
      // SAFETY: the buffer is the slice's own, lives for the call, and goes with that slice's count.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
      if count > 0 {
        written += count
      } else if count < 0, errno == EAGAIN {
        awaitReader()
      } else if count == 0 || errno != EINTR {
        return written
      }
    }
    return written
  }

  /// Returns once a byte more can be written, or none ever.
  private func awaitReader() {
    var wish = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    // SAFETY: the pointer is to one local value, which is what the count says, and lives for the call.
    _ = unsafe poll(&wish, 1, -1)
  }
}
