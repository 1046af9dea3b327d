import Foundation
import SignetAuthority
import SignetPostgres
import SignetTesting
import Synchronization
import Testing

/// A PostgreSQL for this test process: started when it is first asked for, and gone with the process.
final class PrivatePostgres: Sendable {
  private let binaries: String
  private let script: ServerScript
  private let databases = Atomic(0)

  private static let started = Result { try PrivatePostgres() }

  /// The folder of the newest release's programs; nil where there is none.
  private static let installed: String? = {
    let root = "/usr/lib/postgresql"
    let releases = FileManager.default.subpaths(atPath: root)?.filter { $0.hasSuffix("/bin/initdb") } ?? []
    let newest = releases.max { $0.compare($1, options: .numeric) == .orderedAscending }
    return newest.map { "\(root)/\($0.dropLast("/initdb".count))" }
  }()

  static var isInstalled: Bool { installed != nil }

  static func server() throws -> PrivatePostgres { try started.get() }

  /// An empty database for one test, on the one server.
  static func database(_ options: String = "") throws -> PrivateDatabase {
    let server = try server()
    let name = "test_\(server.databases.add(1, ordering: .relaxed).newValue)"
    _ = try server.sql("CREATE DATABASE \(name) TEMPLATE template0 \(options)", in: "postgres")
    return PrivateDatabase(name: name, server: server)
  }

  private init() throws {
    binaries = try #require(Self.installed)
    script = try ServerScript("private-postgres")
  }

  /// The folder of its socket.
  var folder: String { script.folder }

  /// Runs statements as the superuser.
  /// - Returns: The rows of the answer, a line each.
  @discardableResult
  func sql(_ text: String, in database: String, host: String? = nil) throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "\(binaries)/psql")
    process.arguments = [
      "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host",
      host ?? folder,
      "--username", "signet", "--dbname", database, "--command", text,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FixtureError() }
    return answer.split(separator: "\n").map(String.init)
  }
}

/// One database of the server.
struct PrivateDatabase: Sendable {
  let name: String
  let server: PrivatePostgres

  func target(_ more: String = "user=signet") throws -> PostgresTarget {
    try PostgresTarget("host=\(server.folder) dbname=\(name) \(more)")
  }

  /// A node of an authority on this database.
  func open(
    limits: PostgresLimits = .patient(connections: 4), observer: @escaping RevocationObserver = { _ in }
  ) throws -> PostgresStorage {
    try PostgresStorage.migrate(try target(), limits: limits)
    return try PostgresStorage.open(try target(), limits: limits, observer: observer)
  }

  @discardableResult
  func sql(_ text: String) throws -> [String] {
    try server.sql(text, in: name)
  }

  /// The server's processes for connections to this database.
  func backends() throws -> [Int32] {
    try server.sql("SELECT pid FROM pg_stat_activity WHERE datname = '\(name)'", in: "postgres")
      .compactMap { Int32($0) }
  }

  /// Waits until everybody's connections have ended: PostgreSQL notices a little later than who closed them.
  func awaitNobody() async throws {
    while try !backends().isEmpty { await Task.yield() }
  }

  /// Waits until a transaction waits for another's lock, or `isDone` says that none will.
  func awaitWaiting(unless isDone: () -> Bool) async throws {
    while !isDone() {
      if try await waitingCount() > 0 { return }
    }
  }

  /// How many transactions wait for another's lock. Asked for on a thread of its own: what they wait for may
  /// need the caller's.
  private func waitingCount() async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result {
            let rows = try server.sql(
              "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event_type = 'Lock'",
              in: "postgres")
            return rows.first.flatMap { Int($0) } ?? 0
          })
      }.start()
    }
  }
}

extension PostgresLimits {
  /// Limits that a loaded machine does not reach.
  static func patient(connections: Int) -> PostgresLimits {
    PostgresLimits(
      connections: connections, longestWait: .seconds(300), patience: .seconds(60),
      followingInterval: .seconds(300), followingPatience: .seconds(60))
  }
}

@Suite struct PostgresPresenceTests {
  private static let mustBeThere = VectorFolder.isContinuousIntegration

  @Test(
    .enabled(
      if: PrivatePostgres.isInstalled || mustBeThere,
      "PostgreSQL is not installed, so nothing was tested on it: Scripts/install-dependencies --tests"))
  func `PostgreSQL is here to be tested on`() throws {
    #expect(PrivatePostgres.isInstalled)
    #expect(try PrivatePostgres.database().sql("SELECT 1") == ["1"])
  }
}
