import Foundation
import Glibc
import SignetTesting

/// A PostgreSQL that a test may kill, freeze, stop, copy and promote. It listens on a Unix socket in its
/// folder. Used from one task.
final class PostgresServer {
  let folder: String
  private var server: Process?
  private var data: String { folder + "/data" }
  /// Where the server listens.
  var socket: String { folder + "/.s.PGSQL.5432" }

  /// The folder of the newest release's programs; nil where there is none.
  static let binaries: String? = {
    let root = "/usr/lib/postgresql"
    let releases = FileManager.default.subpaths(atPath: root)?.filter { $0.hasSuffix("/bin/initdb") } ?? []
    let newest = releases.max { $0.compare($1, options: .numeric) == .orderedAscending }
    return newest.map { "\(root)/\($0.dropLast("/initdb".count))" }
  }()

  /// An empty one, which runs.
  init() throws {
    folder = try Self.makeFolder()
    try Self.run([
      "initdb", "--pgdata", data, "--username", "signet", "--auth", "trust", "--encoding", "UTF8",
      "--locale", "C", "--no-sync",
    ])
    try start()
  }

  /// A standby of `primary`, which has received all that the primary acknowledges once this returns.
  init(standbyOf primary: PostgresServer) throws {
    folder = try Self.makeFolder()
    try Self.run([
      "pg_basebackup", "--host", primary.folder, "--username", "signet", "--pgdata", data, "--checkpoint",
      "fast", "--no-sync", "--write-recovery-conf",
    ])
    // It is nobody's primary yet, whatever the copied file says.
    try append("synchronous_standby_names = ''", to: "postgresql.auto.conf")
    try start(["primary_conninfo=host=\(primary.folder) user=signet application_name=standby"])
    try waiting("the standby's connection") {
      try primary.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == ["1"]
    }
    try primary.waitsFor("standby")
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(atPath: folder)
  }

  func start(_ settings: [String] = []) throws {
    let all =
      [
        "listen_addresses=", "unix_socket_directories=\(folder)", "max_connections=100",
        "shared_buffers=64MB", "wal_level=replica",
      ] + settings
    let arguments = ["postgres", "-D", data] + all.flatMap { ["-c", $0] }
    try waiting("the start of PostgreSQL") {
      if server?.isRunning != true {
        server = try Self.process(arguments)
        server?.standardOutput = try Self.log(folder + "/log")
        server?.standardError = server?.standardOutput
        try server?.run()
      }
      return try Self.succeeds(["pg_isready", "--quiet", "--host", folder])
    }
  }

  /// Ends all its processes on the spot.
  func kill() {
    for process in processes() { _ = Glibc.kill(process, SIGKILL) }
    server?.waitUntilExit()
    server = nil
  }

  /// Ends it in order: connections are ended, what was committed is in the files.
  func stop() {
    if let postmaster { _ = Glibc.kill(postmaster, SIGINT) }
    server?.waitUntilExit()
    server = nil
  }

  /// It runs on, but does nothing until ``thaw()``.
  func freeze() {
    for process in processes() { _ = Glibc.kill(process, SIGSTOP) }
  }

  func thaw() {
    for process in processes() { _ = Glibc.kill(process, SIGCONT) }
  }

  /// Makes a standby the primary.
  func promote() throws {
    try Self.run(["pg_ctl", "--pgdata", data, "promote", "--wait"])
  }

  /// Runs statements.
  /// - Returns: The rows of the answer, a line each.
  @discardableResult
  func sql(_ text: String, in database: String = "postgres") throws -> [String] {
    let process = try Self.process([
      "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host",
      folder, "--username", "signet", "--dbname", database, "--command", text,
    ])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FixtureError() }
    return answer.split(separator: "\n").map(String.init)
  }

  /// From now on a commit is answered when the standby has it, too.
  private func waitsFor(_ standby: String) throws {
    try sql("ALTER SYSTEM SET synchronous_standby_names = '\(standby)'")
    try sql("SELECT pg_reload_conf()")
    try waiting("the synchronous standby") {
      try sql("SELECT sync_state FROM pg_stat_replication") == ["sync"]
    }
  }

  private var postmaster: Int32? {
    let file = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
    return file?.split(separator: "\n").first.flatMap { Int32($0) }
  }

  /// The postmaster first, then its children.
  private func processes() -> [Int32] {
    guard let postmaster else { return [] }
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    return [postmaster] + all.filter { Self.parent(of: $0) == postmaster }
  }

  private static func parent(of process: Int32) -> Int32? {
    let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    // The name in parentheses may hold anything.
    return text?.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
  }

  private func append(_ line: String, to file: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(data)/\(file)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("\(line)\n".utf8))
    try handle.close()
  }

  private static func log(_ path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    return handle
  }

  /// PostgreSQL does not run as root. `setpriv` becomes the program; `runuser` would stay above it, and stop
  /// when it is frozen.
  private static func process(_ arguments: [String]) throws -> Process {
    guard let binaries, let program = arguments.first else { throw FixtureError() }
    let process = Process()
    let own = ["\(binaries)/\(program)"] + arguments.dropFirst()
    let all =
      geteuid() == 0
      ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] + own : own
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = all
    process.currentDirectoryURL = URL(filePath: "/tmp")
    process.standardInput = FileHandle.nullDevice
    return process
  }

  private static func succeeds(_ arguments: [String]) throws -> Bool {
    let process = try process(arguments)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private static func run(_ arguments: [String]) throws {
    guard try succeeds(arguments) else { throw FixtureError() }
  }

  private static func makeFolder() throws -> String {
    let path = "/tmp/signet-cluster-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    if geteuid() == 0 {
      guard let user = unsafe getpwnam("postgres") else { throw FixtureError() }
      guard unsafe chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else { throw FixtureError() }
    }
    return path
  }
}

/// Waits for what others bring about.
/// - Throws: ``LongWait`` when it takes longer than anything here may.
func waiting(_ what: String, until isSo: () throws -> Bool) throws {
  let start = ProcessInfo.processInfo.systemUptime
  while try !isSo() {
    guard ProcessInfo.processInfo.systemUptime - start < LongWait.limit else { throw LongWait(what: what) }
    sched_yield()
  }
}

/// The same, for what takes an answer.
func waiting(_ what: String, until isSo: () async throws -> Bool) async throws {
  let start = ProcessInfo.processInfo.systemUptime
  while try await !isSo() {
    guard ProcessInfo.processInfo.systemUptime - start < LongWait.limit else { throw LongWait(what: what) }
    await Task.yield()
  }
}

/// What a test has waited for in vain.
struct LongWait: Error, CustomStringConvertible {
  let what: String
  var description: String { "\(what) did not come in \(Int(Self.limit)) s" }

  /// Seconds; a loaded machine stays far below.
  static let limit = 120.0
}
