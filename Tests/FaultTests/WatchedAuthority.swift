import Foundation
import Glibc
import SignetServer
import SignetTesting

/// A real authority whose `signet serve` runs under the fault layer. It is used from one task.
final class WatchedAuthority {
  let control: FaultControl
  /// The clients' way in while it serves.
  var door: Door {
    get throws {
      guard let opened else { throw FixtureError() }
      return opened
    }
  }

  /// Where it is, whenever it serves.
  var issuer: String { "http://127.0.0.1:\(port)" }

  private let port: Int
  private let directory: URL
  private var server: BackgroundProcess?
  private var opened: Door?
  private var disk: Disk?
  private var starts = 0
  private var database: String { data + "/signet.sqlite" }
  private var data: String { directory.appending(path: "data").path(percentEncoded: false) }

  /// How to reach a running server.
  struct Door: Sendable {
    let port: Int
    let socket: String
    let processID: Int32

    /// Ends it on the spot: SIGKILL.
    func kill() {
      // Whether it is still there is for its other end to say.
      _ = Glibc.kill(processID, SIGKILL)
    }
  }

  init(losesSyncs: Bool = false) throws {
    port = try FreePort.pick()
    directory = FileManager.default.temporaryDirectory.appending(path: "signet-fault-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    control = try FaultControl(
      path: directory.appending(path: "control").path(percentEncoded: false), losesSyncs: losesSyncs)
    try SignetProcess.run(["init", "--directory", data, "--issuer", issuer])
    let settings = """

      passwords: {throttle: {guesses: 1000, by-address: false}, hash: {threads: 2, queue: 1000}}
      tokens: {access-lifetime: 1h}
      log: {level: warning}
      """
    let file = try FileHandle(forWritingTo: URL(filePath: data + "/signet.yaml"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(settings.utf8))
    try file.close()
  }

  /// What the process has done to its files since it was started.
  func trace() throws -> Trace {
    try Trace(contentsOf: tracePath)
  }

  deinit {
    _ = stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Starts it, and waits until it serves.
  func start() throws {
    starts += 1
    try control.disarm()
    disk = try Disk(of: database)
    let process = try SignetProcess.make(
      ["serve", "--config", data, "--port", "\(port)"],
      environment: try FaultLayer.environment(database: database, trace: tracePath, control: control.path))
    let log = try OutputFile(at: directory.appending(path: "log-\(starts)"))
    process.standardError = log.handle
    let server = try BackgroundProcess(process, errors: log)
    self.server = server
    guard let ready = server.nextLine(), let port = ready.firstMatch(of: /:(\d+)\s/).flatMap({ Int($0.1) })
    else {
      throw StartFailure(log: try log.lines().joined(separator: "\n"))
    }
    opened = Door(port: port, socket: data + "/signet.sock", processID: server.processID)
  }

  /// What the server said since it was started.
  func log() throws -> [String] {
    try server?.errors.lines() ?? []
  }

  /// Waits for the end of the server, which somebody has killed, and leaves the disk as a power cut would.
  /// - Returns: How many writes were not synced.
  func cutPower(_ loss: Loss, using generator: inout SplitMix64) throws -> Int {
    server?.waitForEnd()
    server = nil
    let unsynced = disk?.replay(try Trace(contentsOf: tracePath), loss: loss, using: &generator)
    try disk?.install()
    disk = nil
    try FileManager.default.removeItem(atPath: tracePath)
    return unsynced ?? 0
  }

  /// Ends the server as an operator would.
  /// - Returns: Its exit status.
  func stop() -> Int32 {
    defer { server = nil }
    return server?.stop() ?? 0
  }

  /// A copy of the database's files, to be looked into while the server has its own.
  func copyOfDatabase() throws -> String {
    let copy = directory.appending(path: "copy-\(starts)").path(percentEncoded: false)
    for suffix in ["", "-wal"] {
      if FileManager.default.fileExists(atPath: copy + suffix) {
        try FileManager.default.removeItem(atPath: copy + suffix)
      }
      guard FileManager.default.fileExists(atPath: database + suffix) else { continue }
      try FileManager.default.copyItem(atPath: database + suffix, toPath: copy + suffix)
    }
    return copy
  }

  private var tracePath: String { directory.appending(path: "trace-\(starts)").path(percentEncoded: false) }
}

/// The built `signet`.
enum SignetProcess {
  /// A process that has not been started.
  static func make(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: try BuiltProducts.folder()).appending(path: "signet")
    process.arguments = arguments
    process.environment = environment.merging([
      "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
    ]) { given, _ in given }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs it to its end, which must be a good one.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws {
    let process = try make(arguments, environment: environment)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FixtureError() }
  }
}

/// The server did not come up.
struct StartFailure: Error, CustomStringConvertible {
  let log: String
  var description: String { "the server did not start:\n\(log)" }
}
