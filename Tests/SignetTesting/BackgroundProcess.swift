package import Foundation

/// The binaries that this build made.
package enum BuiltProducts {
  /// The folder of the built binaries: the test bundle lies beside them.
  package static func folder() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own).deletingLastPathComponent().path()
  }
}

/// A file that a process writes to.
package struct OutputFile {
  private let url: URL
  package let handle: FileHandle

  package init(at url: URL) throws {
    self.url = url
    try Data().write(to: url)
    handle = try FileHandle(forWritingTo: url)
  }

  package func lines() throws -> [String] {
    var lines = String(decoding: try Data(contentsOf: url), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// A server that runs while a script goes on.
package final class BackgroundProcess {
  package let errors: OutputFile
  private let process: Process
  private let output = Pipe()
  private var pending: [UInt8] = []

  package init(_ process: Process, errors: OutputFile) throws {
    self.process = process
    self.errors = errors
    process.standardOutput = output
    try process.run()
  }

  /// The next line of its standard output, once it is there; nil when the process has ended.
  package func nextLine() -> String? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
      }
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { return nil }
      pending += part
    }
  }

  package var processID: Int32 { process.processIdentifier }

  /// Waits until it has ended by itself, or by somebody's signal.
  package func waitForEnd() {
    process.waitUntilExit()
  }

  /// Ends it as an operator would, and returns its exit status.
  package func stop() -> Int32 {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
