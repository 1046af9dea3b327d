import Foundation
import Glibc
import SignetTesting
import Testing

/// `signet copy` killed at many moments: there is never more than one database that an authority is served
/// from, and the same command begins again.
@Suite(.blocking, .enabled(if: PostgresProcess.installed != nil || VectorFolder.isContinuousIntegration))
struct CopyKillTests {
  /// What the command was just saying when it is killed; after the last only two commits are left.
  private static let moments = [
    "copying accounts", "copying sessions", "copying audit_events", "copying settings", "checking sessions",
    "checking audit_log", "checking settings",
  ]

  private static let sessions = 3_000

  @Test(.timeLimit(.minutes(10)))
  func `killed at any moment it leaves one authority, and the same command ends what it began`() throws {
    let postgres = try PostgresProcess()
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-copy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let authority = MovedAuthority(folder: folder, postgres: postgres)
    try authority.make(sessions: Self.sessions)
    for (round, moment) in Self.moments.enumerated() {
      let file = folder.appending(path: "round-\(round)").path(percentEncoded: false)
      try authority.reset(round: round, file: file)
      try authority.copy(round: round, file: file, killedAt: moment)
      let there = try authority.isInPostgres(round)
      let wasHandedOver = try authority.wasHandedOver(file)
      #expect(!there || wasHandedOver, "\(moment): two of one authority")
      try authority.awaitNobody(round)
      try authority.copy(round: round, file: file, killedAt: nil)
      #expect(try authority.isInPostgres(round), "\(moment)")
      #expect(try authority.wasHandedOver(file), "\(moment)")
      // And back, killed at the same moment.
      let back = file + "-back/signet.sqlite"
      try authority.copyBack(round: round, file: back, killedAt: moment)
      let isBack = FileManager.default.fileExists(atPath: back)
      let isLeftBehind = try authority.isLeftBehind(round)
      #expect(!isBack || isLeftBehind, "\(moment), back: two of one authority")
      try authority.awaitNobody(round)
      try authority.copyBack(round: round, file: back, killedAt: nil)
      #expect(try authority.sessions(in: back) == Self.sessions, "\(moment)")
      #expect(try authority.isLeftBehind(round))
    }
    try postgres.stop()
  }
}

/// An authority on SQLite, and a database of PostgreSQL for each round.
private struct MovedAuthority {
  let folder: URL
  let postgres: PostgresProcess

  private var origin: String { folder.appending(path: "origin").path(percentEncoded: false) }

  /// Makes one by a real login, with more sessions like it: what `Scripts/copy-report` measures with.
  func make(sessions: Int) throws {
    let script = VectorFolder.packageRoot.appending(path: "Scripts/copy-report").path(percentEncoded: false)
    try python(
      """
      import runpy
      report = runpy.run_path("\(script)")
      report["make_authority"]("\(origin)")
      report["multiply"]("\(origin)/signet.sqlite", \(sessions))
      """)
  }

  func reset(round: Int, file: String) throws {
    try FileManager.default.copyItem(atPath: origin, toPath: file)
    try FileManager.default.createDirectory(
      atPath: file + "-back", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    try postgres.sql("CREATE DATABASE round_\(round) TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
  }

  func copy(round: Int, file: String, killedAt moment: String?) throws {
    try run(["--from", file, "--to", url(round)], killedAt: moment)
  }

  func copyBack(round: Int, file: String, killedAt moment: String?) throws {
    try run(["--from", url(round), "--to", file], killedAt: moment)
  }

  /// Whether an authority can be served from the database of the round.
  func isInPostgres(_ round: Int) throws -> Bool {
    guard try postgres.sql("SELECT to_regclass('settings') IS NOT NULL", in: "round_\(round)") == ["t"] else {
      return false
    }
    return try postgres.sql("SELECT count(*) FROM settings", in: "round_\(round)") == ["1"]
  }

  func isLeftBehind(_ round: Int) throws -> Bool {
    try postgres.sql("SELECT moved_to IS NOT NULL FROM revocation_log", in: "round_\(round)") == ["t"]
  }

  func wasHandedOver(_ file: String) throws -> Bool {
    try number("SELECT count(moved_to) FROM revocation_log", in: file + "/signet.sqlite") == 1
  }

  func sessions(in file: String) throws -> Int {
    try number("SELECT count(*) FROM sessions WHERE id IN (SELECT session FROM grants)", in: file)
  }

  /// Waits until the server has noticed that whoever was killed is gone.
  func awaitNobody(_ round: Int) throws {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'round_\(round)'"
    while try postgres.sql(others) != ["0"] {}
  }

  private func url(_ round: Int) -> String { "host=\(postgres.folder) dbname=round_\(round) user=signet" }

  /// Runs the copy to its end, which must be a good one, or until it says `moment`.
  private func run(_ places: [String], killedAt moment: String?) throws {
    let process = Process()
    process.executableURL = URL(filePath: try BuiltProducts.folder()).appending(path: "signet")
    process.arguments = ["copy", "--config", origin] + places
    process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"]
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    var said: [UInt8] = []
    while true {
      let part = errors.fileHandleForReading.availableData
      guard !part.isEmpty else { break }
      said += part
      if let moment, String(decoding: said, as: UTF8.self).contains("\(moment),") {
        kill(process.processIdentifier, SIGKILL)
        break
      }
    }
    process.waitUntilExit()
    guard moment == nil else { return }
    #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
  }

  private func number(_ query: String, in file: String) throws -> Int {
    let text = try python(
      """
      import sqlite3
      print(sqlite3.connect("\(file)").execute("\(query)").fetchone()[0])
      """)
    return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @discardableResult
  private func python(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", text]
    process.environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
      "SIGNET": try BuiltProducts.folder() + "/signet",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(answer)")
    return answer
  }
}
