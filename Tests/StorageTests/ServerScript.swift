import Foundation
import Glibc
import SignetTesting
import Synchronization

/// A server that one of `Scripts/` starts, and that stops when the script's input ends: with this test
/// process at the latest.
final class ServerScript: Sendable {
  /// What the script said of it: the folder of its socket, and more where there is more.
  let words: [String]
  /// Kept: when its input ends, the server stops.
  private let script: Mutex<Process>

  init(_ name: String, _ arguments: [String] = []) throws {
    let process = Process()
    process.executableURL = VectorFolder.packageRoot.appending(path: "Scripts/\(name)")
    process.arguments = arguments
    let (input, output) = (Pipe(), Pipe())
    // Nobody else's child keeps the server alive.
    _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while line.last != 0x0A {
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { throw FixtureError() }
      line += part
    }
    words = String(decoding: line.dropFirst("ready ".count).dropLast(), as: UTF8.self)
      .split(separator: " ").map(String.init)
    script = Mutex(process)
  }

  var folder: String { words.first ?? "" }
}
