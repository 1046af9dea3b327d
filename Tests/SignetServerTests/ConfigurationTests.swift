import SignetAuthority
import Testing

@testable import SignetServer

@Suite struct ServerConfigurationTests {
  @Test(arguments: ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
  func `plain HTTP is served to this machine`(host: String) throws {
    #expect(try ServerConfiguration(host: host).host == host)
  }

  @Test(arguments: ["0.0.0.0", "::", "192.168.1.2", "id.example.com", "127.0.0.1.example.com", "127.1", ""])
  func `plain HTTP beyond this machine needs listed proxies, or TLS`(host: String) throws {
    let refusal = #expect(throws: PolicyError.self) { try ServerConfiguration(host: host) }
    #expect(refusal?.setting == "server.address")
    #expect(refusal?.problem.contains("trusted-proxies") == true)
    let proxies = try TrustedProxies(["10.0.0.1"])
    #expect(throws: Never.self) { try ServerConfiguration(host: host, trustedProxies: proxies) }
    let tls = CertificateFiles(certificate: "a", key: "b")
    #expect(throws: Never.self) { try ServerConfiguration(host: host, tls: tls) }
  }

  @Test(arguments: [
    "*", "https://*.example.com", "https://app.example.com/", "app.example.com", "https://", "null",
    "https://App.example.com", "https://user@app.example.com", "ftp://app.example.com",
  ])
  func `a browser origin is scheme, host and port, and never a pattern`(origin: String) throws {
    let refusal = #expect(throws: PolicyError.self) { try ServerConfiguration(browserOrigins: [origin]) }
    #expect(refusal?.setting == "server.browser-origins")
  }

  @Test func `good origins are taken as they are`() throws {
    let origins: Set<String> = ["https://app.example.com", "http://localhost:5173", "https://[::1]:8443"]
    #expect(try ServerConfiguration(browserOrigins: origins).browserOrigins == origins)
  }

  @Test(arguments: [-1, 65_536])
  func `a port has 16 bits`(port: Int) {
    #expect(throws: PolicyError.self) { try ServerConfiguration(port: port) }
  }

  @Test(arguments: [
    ("https://id.example.com", "https://id.example.com", ""),
    ("https://id.example.com:443", "https://id.example.com", ""),
    ("https://ID.example.com:8443/auth", "https://id.example.com:8443", "/auth"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
    ("http://localhost:80/a/b", "http://localhost", "/a/b"),
  ])
  func `an issuer has an origin and a path`(issuer: String, origin: String, path: String) {
    let site = Site(issuer: issuer)
    #expect(site.origin == origin)
    #expect(site.path == path)
    #expect(site.url("/x") == issuer + "/x")
  }
}
