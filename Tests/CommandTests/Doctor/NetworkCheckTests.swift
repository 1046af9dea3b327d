import Testing

@testable import SignetCLI

@Suite struct NetworkCheckTests {
  private static func findings(_ change: (inout NetworkCheck) -> Void = { _ in }) -> [Finding] {
    var check = NetworkCheck(
      issuer: "https://id.example.com", host: "0.0.0.0", port: 8443, hasCertificate: true, proxies: [])
    change(&check)
    return check.findings
  }

  @Test func `a server with a certificate and an https issuer is well`() {
    let findings = Self.findings()
    #expect(findings.map(\.subject) == ["issuer", "proxies"])
    #expect(findings.allSatisfy { $0.level == .ok })
  }

  @Test(arguments: [
    ("https://id.example.com", "id.example.com"), ("https://id.example.com:8443/realm", "id.example.com"),
    ("http://127.0.0.1:8080", "127.0.0.1"), ("http://[::1]:8080", "::1"),
    ("https://id.example/a", "id.example"),
  ])
  func `the issuer's host is read from its URL`(issuer: String, host: String) {
    let check = NetworkCheck(issuer: issuer, host: "::", port: 1, hasCertificate: true, proxies: [])
    #expect(check.issuerHost == host)
  }

  @Test func `an http issuer does not go with a certificate, nor with another port`() {
    let local: (inout NetworkCheck) -> Void = {
      $0.issuer = "http://127.0.0.1:8080"
      $0.host = "127.0.0.1"
      $0.port = 8080
      $0.hasCertificate = false
    }
    #expect(Self.findings(local).allSatisfy { $0.level == .ok })
    let withCertificate = Self.findings {
      local(&$0)
      $0.hasCertificate = true
    }
    #expect(withCertificate.first?.level == .problem)
    let elsewhere = Self.findings {
      local(&$0)
      $0.port = 9000
    }
    #expect(elsewhere.first?.level == .warning && elsewhere.first?.advice?.contains("8080") == true)
    let anyFree = Self.findings {
      local(&$0)
      $0.port = 0
    }
    #expect(anyFree.first?.level == .ok)
  }

  @Test(arguments: [
    (["10.0.0.5"], Finding.Level.ok), (["10.0.0.0/8"], .ok), (["fd00::/8", "192.168.1.1"], .ok),
    (["198.18.0.0/15"], .ok), (["8.8.8.0/24"], .ok), (["8.8.0.0/16"], .warning), (["2a00::/16"], .warning),
    (["2a00:1450:4001::/48"], .ok), (["0.0.0.0/0"], .problem), (["10.0.0.5", "::/0"], .problem),
  ])
  func `a list of proxies lists proxies, and neither everybody nor strangers`(
    proxies: [String], level: Finding.Level
  ) {
    let findings = Self.findings { $0.proxies = proxies }.filter { $0.subject == "proxies" }
    #expect(findings.map(\.level) == [level])
  }

  @Test func `plain HTTP from proxies on other machines is worth a warning`() {
    let findings = Self.findings {
      $0.hasCertificate = false
      $0.proxies = ["10.0.0.5"]
    }
    #expect(findings.last?.level == .warning && findings.last?.text.contains("0.0.0.0") == true)
  }

  @Test func `a proxy on this machine that is not listed hides every client`() {
    let behind: (inout NetworkCheck) -> Void = {
      $0.hasCertificate = false
      $0.host = "127.0.0.1"
    }
    #expect(Self.findings(behind).last?.level == .warning)
    let listed = Self.findings {
      behind(&$0)
      $0.proxies = ["127.0.0.1"]
    }
    #expect(listed.allSatisfy { $0.level == .ok })
  }
}
