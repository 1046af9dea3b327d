import Foundation

/// Signing, checking and encrypting beside the libraries of other languages. Each is a program, and so is
/// what asks them: `Peers/compare`, which can be run without building anything of this target.
struct PeersLine: Line {
  static let name = "peers"
  static let summary = "signing, checking and encrypting beside JOSE libraries of seven languages"

  init(tools: Tools) {}

  func run() async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "Peers/compare")
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchmarkError("Peers/compare failed") }
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
