import Foundation

/// How fast the disk makes a small write durable: what a commit waits for.
struct DiskFlushes {
  private let file: FileHandle

  init(folder: URL) throws {
    let url = folder.appending(path: "flushes")
    try Data().write(to: url)
    file = try FileHandle(forWritingTo: url)
  }

  /// Writes of 4 KiB, each flushed, for so many seconds.
  func perSecond(for seconds: Double) throws -> Double {
    let page = Data(repeating: 0x5A, count: 4096)
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while clock.now - start < .seconds(seconds) {
      try file.write(contentsOf: page)
      fdatasync(file.fileDescriptor)
      count += 1
    }
    try file.truncate(atOffset: 0)
    return Double(count) / ((clock.now - start) / .seconds(1))
  }
}
