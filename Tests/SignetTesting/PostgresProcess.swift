import Foundation
import Glibc

/// A PostgreSQL of a test's own, by `Scripts/private-postgres`: it goes with whoever holds it.
package final class PostgresProcess {
  /// The folder of its socket. The superuser `signet` needs no password.
  package let folder: String
  private let binaries: String
  private let script: Process
  private let input = Pipe()

  /// The folder of the newest release's programs; nil where there is none.
  package static let installed: String? = {
    let root = "/usr/lib/postgresql"
    let releases = FileManager.default.subpaths(atPath: root)?.filter { $0.hasSuffix("/bin/initdb") } ?? []
    let newest = releases.max { $0.compare($1, options: .numeric) == .orderedAscending }
    return newest.map { "\(root)/\($0.dropLast("/initdb".count))" }
  }()

  /// Starts one with these settings, as in `postgresql.conf`.
  package init(_ settings: String...) throws {
    guard let installed = Self.installed else { throw PostgresMissing() }
    binaries = installed
    script = Process()
    script.executableURL = VectorFolder.packageRoot.appending(path: "Scripts/private-postgres")
    script.arguments = settings
    let output = Pipe()
    // Nobody else's child keeps the server alive.
    _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    script.standardInput = input
    script.standardOutput = output
    try script.run()
    var line: [UInt8] = []
    while line.last != 0x0A {
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { throw PostgresMissing() }
      line += part
    }
    folder = String(decoding: line.dropFirst("ready ".count).dropLast(), as: UTF8.self)
  }

  /// Ends the server, and its data with it.
  package func stop() throws {
    try input.fileHandleForWriting.close()
    script.waitUntilExit()
  }

  /// Runs statements as the superuser.
  /// - Returns: The rows of the answer, a line each.
  @discardableResult
  package func sql(_ text: String, in database: String = "postgres") throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "\(binaries)/psql")
    process.arguments = [
      "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host", folder,
      "--username", "signet", "--dbname", database, "--command", text,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw PostgresMissing() }
    return answer.split(separator: "\n").map(String.init)
  }

  /// Its own programs, for `PATH`.
  package var tools: String { binaries }
}

/// PostgreSQL is not installed, or did not do what it was told; its own words are on standard error.
package struct PostgresMissing: Error {}
