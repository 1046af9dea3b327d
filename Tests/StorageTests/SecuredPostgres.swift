import Foundation
import SignetPostgres
import SignetTesting

/// A PostgreSQL on a port of this machine, with a certificate for `localhost` from an authority of the test's
/// own, and the user `tester` with a password.
struct SecuredPostgres: Sendable {
  static let password = "a-horse-of-its-own"
  private let folder: TemporaryFolder
  private let server: ServerScript

  init() throws {
    folder = try TemporaryFolder()
    for authority in ["authority", "stranger"] {
      try Self.run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "30",
        "-subj", "/CN=\(authority)", "-keyout", folder.path("\(authority).key"), "-out",
        folder.path("\(authority).crt"))
    }
    try Self.run(
      "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=server",
      "-addext", "subjectAltName=DNS:localhost", "-keyout", folder.path("server.key"), "-out",
      folder.path("server.csr"))
    try Self.run(
      "openssl", "x509", "-req", "-in", folder.path("server.csr"), "-CA", folder.path("authority.crt"),
      "-CAkey",
      folder.path("authority.key"), "-CAcreateserial", "-days", "30", "-copy_extensions", "copy", "-out",
      folder.path("server.crt"))
    server = try ServerScript(
      "private-postgres", ["--tls", folder.path("server.crt"), folder.path("server.key")])
    try Self.run(
      "psql", "--no-psqlrc", "--quiet", "--host", server.folder, "--port", server.words.last ?? "",
      "--username",
      "signet", "--dbname", "postgres", "--command", "CREATE USER tester PASSWORD '\(Self.password)'")
  }

  /// Tries to get in with a connection string that is completed with `more`: nil, or why not.
  func refusal(_ more: String) throws -> String? {
    let text = "hostaddr=127.0.0.1 port=\(server.words.last ?? "") dbname=postgres user=tester \(more)"
    do {
      _ = try PostgresStorage.schemaState(of: try PostgresTarget(text))
      return nil
    } catch {
      return "\(error)"
    }
  }

  func certificate(of authority: String) -> String { folder.path("\(authority).crt") }

  private static func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FixtureError() }
  }
}
