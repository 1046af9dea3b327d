import Foundation
import Glibc
import SignetTesting

/// One `signet serve` of a cluster, always on the same port. Used from one task.
final class ClusterNode {
  let name: String
  private(set) var port = 0
  private let folder: String
  private var server: BackgroundProcess?
  private var starts = 0

  var directory: String { "\(folder)/\(name)" }
  var socket: String { directory + "/signet.sock" }

  /// A node with a data directory below `folder`, which has to be made yet.
  init(_ name: String, in folder: String) {
    self.name = name
    self.folder = folder
  }

  deinit {
    kill()
  }

  /// Starts it, and waits until it serves.
  func start() throws {
    starts += 1
    let process = try SignetProcess.make(["serve", "--config", directory, "--port", "\(port)"])
    let log = try OutputFile(at: URL(filePath: "\(folder)/\(name)-\(starts).log"))
    process.standardError = log.handle
    let server = try BackgroundProcess(process, errors: log)
    guard let ready = server.nextLine(), let port = ready.firstMatch(of: /:(\d+)\s/).flatMap({ Int($0.1) })
    else { throw StartFailure(log: try log.lines().joined(separator: "\n")) }
    self.server = server
    self.port = port
  }

  var isRunning: Bool { server != nil }

  /// Ends it on the spot.
  func kill() {
    guard let server else { return }
    _ = Glibc.kill(server.processID, SIGKILL)
    server.waitForEnd()
    self.server = nil
  }

  /// Asks it to stop, and waits until it has.
  /// - Returns: Its exit status.
  func stop() -> Int32 {
    defer { server = nil }
    return server?.stop() ?? 0
  }

  /// What it said since it was started.
  func log() throws -> [String] {
    try server?.errors.lines() ?? []
  }
}
