import Hummingbird
import HummingbirdCore
import JOSE
import SignetTesting
import Testing
import TokenVerification

@testable import HummingbirdTokenVerification

/// An issuer's keys over https, from a real server with a certificate of an authority of the test's own.
@Suite struct IssuerTLSTests {
  private let host = "id.signet.test"

  /// Runs an issuer whose server has the certificate, and fetches its keys as `host`.
  /// - Returns: What went wrong; nil when nothing did.
  private func problem(
    with server: HTTPServerBuilder, believing authorities: CertificateAuthorities
  ) async throws -> String? {
    let issuerServer = IssuerServer()
    let outcome = Outcome()
    try await issuerServer.run(as: "https://\(host)", by: server) { url in
      let issuer = try TestIssuer(issuer: url)
      try issuerServer.publish(issuer)
      let fetch = try IssuerFetch(
        issuer: url, allowsPrivateAddresses: true, authorities: authorities,
        limits: FetchLimits(time: .seconds(300)), resolve: { _ in [.loopbackV4] })
      do {
        let keys = try await fetch.answer().keys
        #expect(keys?.keys.compactMap(\.keyID) == ["k1"])
        #expect(issuerServer.count("/jwks") == 1)
      } catch {
        #expect(issuerServer.requests.isEmpty, "nothing is asked of who has not shown who he is")
        await outcome.note("\(error)")
      }
    }
    return await outcome.problem
  }

  private actor Outcome {
    private(set) var problem: String?

    func note(_ problem: String) { self.problem = problem }
  }

  @Test func `T23 keys come over https from who has the host's certificate, and from nobody else`()
    async throws
  {
    let certificates = try IssuerCertificates(authorities: ["one", "two"])
    defer { certificates.remove() }
    let (one, two) = (
      try CertificateAuthorities.file(certificates.path(of: "one")),
      try CertificateAuthorities.file(certificates.path(of: "two"))
    )
    let good = try certificates.server(for: host, by: "one")
    #expect(try await problem(with: good, believing: one) == nil)
    for (name, authorities) in [("another authority", two), ("the system's authorities", .system)] {
      let problem = try #require(try await problem(with: good, believing: authorities), "\(name)")
      #expect(problem.uppercased().contains("CERTIFICATE_VERIFY_FAILED"), "\(name): \(problem)")
    }
    for name in ["id.signet.test.example.com", "signet.test", "*.id.signet.test", "localhost"] {
      let other = try certificates.server(for: name, by: "one")
      let problem = try #require(try await problem(with: other, believing: one), "\(name)")
      #expect(problem.contains("failedToValidateHostname"), "\(name): \(problem)")
    }
    let old = try certificates.server(for: host, by: "one", until: "20240101000000Z")
    let problem = try #require(try await problem(with: old, believing: one))
    #expect(problem.uppercased().contains("CERTIFICATE_VERIFY_FAILED"), "\(problem)")
    #expect(
      try await self.problem(with: certificates.server(for: "*.signet.test", by: "one"), believing: one)
        == nil)
  }

  @Test func `a file without certificates is no file of authorities`() throws {
    let certificates = try IssuerCertificates(authorities: [])
    defer { certificates.remove() }
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "hello"] {
      try certificates.write(text, to: "roots.pem")
      #expect(throws: RemoteKeysError.self, "\(text)") {
        try CertificateAuthorities.file(certificates.path("roots.pem"))
      }
    }
    #expect(throws: RemoteKeysError.self) { try CertificateAuthorities.file(certificates.path("none.pem")) }
  }
}
