import Dispatch
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct TLSTests {
  @Test func `a login over HTTPS works, by HTTP/2 and by HTTP/1.1`() async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    var options = RunningAuthority.Options()
    options.tls = try certificates.make("first")
    let root = try #require(options.tls).certificate
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        for body in [["-H", "Expect:"], ["-H", "Content-Length:"]]
        where version == "2" || body[1] == "Expect:" {
          let answer = try await curl(
            running.api.port, "/api/v1/login", root: root,
            [flag, "-H", "Content-Type: application/json", "-D", "-", "--data"]
              + ["{\"login\":\"ada\",\"password\":\"\(RunningAuthority.password)\"}"] + body
              + ["-w", "|%{http_version}|%{http_code}"])
          #expect(answer.status == 0)
          #expect(answer.output.hasSuffix("|\(version)|200"))
          #expect(answer.output.lowercased().contains("strict-transport-security: max-age="))
        }
      }
    }
  }

  @Test func `an old TLS version or suite, plain HTTP, and a client that trusts no such root get nothing`()
    async throws
  {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    var options = RunningAuthority.Options()
    options.tls = try certificates.make("first")
    let files = try #require(options.tls)
    let other = try certificates.make("other")
    try await RunningAuthority.run(options) { running in
      let port = running.api.port
      let old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"]
      #expect(try await curl(port, "/health/live", root: files.certificate, old).status == 35)
      for (suite, status) in [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", 0), ("ECDHE-ECDSA-CHACHA20-POLY1305", 0),
        ("ECDHE-ECDSA-AES128-SHA", 35), ("ECDHE-ECDSA-AES256-SHA", 35),
      ] {
        let answer = try await curl(
          port, "/health/live", root: files.certificate, ["--tls-max", "1.2", "--ciphers", suite])
        #expect(Int(answer.status) == status, "\(suite)")
      }
      #expect(try await curl(port, "/health/live", root: other.certificate).status == 60)
      let plain = try await RawConnection.answer(
        to: "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", port: port)
      #expect(!plain.contains("HTTP/1.1 200"))
    }
  }

  @Test func `new connections get a changed certificate, and the old one when the new pair is broken`()
    async throws
  {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let (files, second) = (try certificates.make("first"), try certificates.make("second"))
    let firstRoot = try certificates.make("third")
    try certificates.replace(firstRoot.certificate, with: files.certificate, stamp: 1)
    var options = RunningAuthority.Options()
    options.tls = files
    try await RunningAuthority.run(options) { running in
      let certificate = try #require(running.certificate)
      let port = running.api.port
      #expect(try await curl(port, "/health/live", root: firstRoot.certificate).status == 0)
      try certificates.replace(files.certificate, with: second.certificate, stamp: 1_000)
      certificate.reloadIfChanged()
      #expect(try await curl(port, "/health/live", root: firstRoot.certificate).status == 0)
      #expect(try await curl(port, "/health/live", root: second.certificate).status == 60)
      #expect(running.log.lines.contains { $0.hasPrefix("error certificate not reloaded") })
      try certificates.replace(files.key, with: second.key, stamp: 1_000)
      certificate.reloadIfChanged()
      #expect(try await curl(port, "/health/live", root: second.certificate).status == 0)
      #expect(try await curl(port, "/health/live", root: firstRoot.certificate).status == 60)
    }
  }

  @Test func `files that cannot be served are refused with what to do`() throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let good = try certificates.make("good")
    let other = try certificates.make("other")
    let expired = try certificates.make("expired", until: "20210101000000Z")
    let early = try certificates.make("early", from: "20900101000000Z")
    let now = TestClock.start
    #expect(throws: Never.self) { try good.read(at: now) }
    let rows: [(CertificateFiles, String)] = [
      (expired, "expired"), (early, "not valid yet"),
      (CertificateFiles(certificate: good.certificate, key: other.key), "is not the key of"),
      (CertificateFiles(certificate: good.key, key: good.key), "server.tls.certificate"),
      (CertificateFiles(certificate: good.certificate, key: good.certificate + "x"), "server.tls.key"),
    ]
    for (files, word) in rows {
      let error = #expect(throws: CertificateError.self) { try files.read(at: now) }
      #expect(error?.description.contains(word) == true, "\(word)")
    }
    try certificates.setMode(0o640, of: "good.key")
    let error = #expect(throws: CertificateError.self) { try good.read(at: now) }
    #expect(error?.description.contains("chmod 600") == true)
  }

  @Test(arguments: [("20270128000000Z", true), ("20270130000000Z", false)])
  func `a certificate with less than two weeks left is warned of`(end: String, warns: Bool) throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let log = LogRecorder()
    _ = try ServedCertificate(
      certificates.make("short", until: end), clock: { TestClock.start }, logger: log.logger)
    #expect(log.lines.contains { $0.contains("expires soon") } == warns)
  }
}

/// Fetches from the server with curl, trusting `root` alone.
private func curl(_ port: Int, _ path: String, root: String, _ more: [String] = []) async throws -> (
  status: Int32, output: String
) {
  // Not on a thread of the server's own pool, which waiting would take away.
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(
        with: Result {
          try TestCertificates.run(
            "curl",
            ["-s", "--max-time", "20", "--cacert", root] + more + ["https://127.0.0.1:\(port)\(path)"])
        })
    }
  }
}
