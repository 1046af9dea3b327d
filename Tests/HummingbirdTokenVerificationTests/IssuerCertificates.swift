import Foundation
import HummingbirdCore
import HummingbirdTLS
import NIOSSL

/// Authorities for certificates, and what they certify: made by `openssl` in a folder of the test's own.
struct IssuerCertificates: Sendable {
  private let folder: URL

  /// Makes an authority of each name.
  init(authorities: [String]) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "signet-issuer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write(
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\n"
        + "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n", to: "ca.cnf")
    try write("", to: "index")
    for name in authorities {
      try openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).crt")
    }
  }

  /// The file with the certificate of `authority`.
  func path(of authority: String) -> String { path("\(authority).crt") }

  /// What a server speaks that has a certificate of `authority` for the host `name`.
  func server(
    for name: String, by authority: String, until end: String = "20990101000000Z"
  ) throws -> HTTPServerBuilder {
    try write("subjectAltName=DNS:\(name)\n", to: "server.ext")
    try openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
      "-keyout", "server.key", "-out", "server.csr")
    try openssl(
      "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "\(authority).crt", "-keyfile",
      "\(authority).key", "-extfile", "server.ext", "-in", "server.csr", "-startdate", "20200101000000Z",
      "-enddate", end, "-out", "server.crt")
    let certificates = try NIOSSLCertificate.fromPEMFile(path("server.crt"))
    let key = try NIOSSLPrivateKey(file: path("server.key"), format: .pem)
    return try .tls(
      .http1(),
      tlsConfiguration: .makeServerConfiguration(
        certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)))
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
  }

  func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

  func remove() {
    do { try FileManager.default.removeItem(at: folder) } catch { assertionFailure("\(error)") }
  }

  private struct OpenSSLFailed: Error {
    let arguments: [String]
  }

  private func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw OpenSSLFailed(arguments: arguments) }
  }
}
