import Foundation

/// The binaries that are measured.
struct Tools: Sendable {
  /// The authority's, built for release in the package above.
  let signet: String
  /// This package's own, for comparison.
  let bareServer: String
  /// The project's own script.
  let privatePostgres = "../Scripts/private-postgres"

  /// - Throws: When one of them has not been built.
  init(environment: [String: String]) throws {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    bareServer = URL(filePath: own).deletingLastPathComponent().appending(path: "BareServer").path
    signet = environment["SIGNET"] ?? "../.build/release/signet"
    for path in [signet, bareServer] where !FileManager.default.isExecutableFile(atPath: path) {
      throw BenchmarkError("\(path) is missing; run Benchmarks/run, which builds it")
    }
  }

  /// Runs a command to its end.
  func run(_ executable: String, _ arguments: [String], input: String = "") throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardInput = pipe
    try process.run()
    try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("\(executable) \(arguments.first ?? "") failed")
    }
  }
}
