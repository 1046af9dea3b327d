import Foundation
import SignetTesting

@testable import SignetServer

/// Certificates for 127.0.0.1, made by `openssl` in a folder of the test's own. Each signs itself and is its
/// own root.
struct TestCertificates: Sendable {
  private let folder = TemporaryFolder()

  init() throws {
    try write(
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\n"
        + "default_md=sha256\npolicy=any\nunique_subject=no\n"
        + "x509_extensions=leaf\n[any]\ncommonName=supplied\n"
        + "[leaf]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:TRUE\n", to: "ca.cnf")
    try write("", to: "index")
  }

  /// Makes `NAME.crt` and `NAME.key`.
  func make(
    _ name: String, from start: String = "20200101000000Z", until end: String = "20990101000000Z"
  ) throws -> CertificateFiles {
    try openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
      "-keyout", "\(name).key", "-out", "\(name).csr")
    try openssl(
      "ca", "-batch", "-notext", "-config", "ca.cnf", "-selfsign", "-keyfile", "\(name).key", "-in",
      "\(name).csr", "-startdate", start, "-enddate", end, "-out", "\(name).crt")
    try setMode(0o600, of: "\(name).key")
    return CertificateFiles(certificate: folder.path("\(name).crt"), key: folder.path("\(name).key"))
  }

  /// Puts `other`'s files in the place of `files`, with a time of change of its own.
  func replace(_ path: String, with other: String, stamp: Int) throws {
    let data = try Data(contentsOf: URL(filePath: other))
    try data.write(to: URL(filePath: path))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: Double(stamp)), .posixPermissions: 0o600],
      ofItemAtPath: path)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
  }

  func setMode(_ mode: Int, of name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path(name))
  }

  func remove() {
    folder.remove()
  }

  private func openssl(_ arguments: String...) throws {
    let result = try Self.run("openssl", arguments, in: folder.path(""))
    guard result.status == 0 else { throw FixtureError() }
  }

  /// Runs a program to its end: its status, and what it wrote.
  static func run(
    _ program: String, _ arguments: [String], in directory: String = "/"
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(filePath: directory)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
