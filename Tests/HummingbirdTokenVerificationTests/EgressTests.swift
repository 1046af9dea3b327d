import Testing

@testable import HummingbirdTokenVerification

@Suite struct EgressTests {
  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111", "2a00:1450:4001:831::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2001:200::1",
  ])
  func `an address of the public internet is public`(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isPublic && !address.isLoopback)
  }

  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "2001::1",
    "3fff::1", "100::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b:1::1", "2002:a00:1::1", "4000::1", "::ffff:0:0",
  ])
  func `T23 an address of a private, local or reserved range is not public`(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(!address.isPublic && !address.isLoopback)
  }

  @Test(arguments: [
    "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7fff:1",
  ])
  func `T23 loopback is loopback however it is written`(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isLoopback && !address.isPublic)
  }

  @Test(arguments: [
    "::7f00:1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "::2", "128.0.0.1", "::ffff:128.0.0.1",
  ])
  func `T23 what another machine would carry to its own loopback is not this one's`(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(!address.isLoopback)
    #expect(address.isPublic == text.contains("128."))
  }

  @Test(arguments: [
    "", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "256.0.0.1", "1.2.3.4.5", "1.2.3",
    "1.2.3.4 ",
    ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "[::1]",
    "::1.2.3",
    "1.2.3.4::", "1:2:3:4:5:6:7::8", "+1::", "localhost",
  ])
  func `what is no address is none`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `a URL is taken apart`() throws {
    let url = try RemoteURL("https://ID.example.com:8443/tenant?x=1")
    #expect(url.isSecure && url.host == "id.example.com" && url.port == 8443 && url.path == "/tenant?x=1")
    #expect(url.description == "https://id.example.com:8443/tenant?x=1")
    let literal = try RemoteURL("http://[::1]:80")
    #expect(!literal.isSecure && literal.host == "::1" && literal.port == 80 && literal.path.isEmpty)
    #expect(literal.isLoopback && literal.description == "http://[::1]:80")
    #expect(try RemoteURL("http://localhost").isLoopback)
    #expect(try !RemoteURL("http://localhost.example.com").isLoopback)
  }

  @Test(arguments: [
    "", "id.example.com", "ftp://id.example.com", "HTTPS://id.example.com", "https://", "https:///x",
    "https://u@h.test", "https://h.test x", "https://u\\@h.test", "https://h.test#f", "https://h.test?q",
    "https://h.test:0", "https://h.test:65536", "https://h.test:", "https://h.test:+1", "https://h.test:8o",
    "https://h.test:1:2", "https://ä.test", "https://%61.test", "https://[::1", "https://[::1]x",
    "https://[1.2.3.4]", "https://[::1%25lo]",
  ])
  func `a URL that another parser could read in another way is refused`(text: String) {
    #expect(throws: RemoteKeysError.self) { try RemoteURL(text) }
  }

  private func rules(
    _ issuer: String, allowsPrivate: Bool = false, resolving names: [String: [String]] = [:]
  ) throws -> EgressRules {
    EgressRules(issuer: try RemoteURL(issuer), allowsPrivateAddresses: allowsPrivate) { host in
      (names[host] ?? []).compactMap { IPAddress($0) }
    }
  }

  private func isAllowed(_ url: String, by rules: EgressRules) async throws -> Bool {
    do {
      return try await !rules.destination(RemoteURL(url)).addresses.isEmpty
    } catch is RemoteKeysError {
      return false
    }
  }

  @Test func `T23 plain http is for this machine, and only when the issuer is on it`() async throws {
    let names = ["id.example.com": ["8.8.8.8"]]
    let remote = try rules("https://id.example.com", resolving: names)
    #expect(try await isAllowed("https://id.example.com/jwks", by: remote))
    #expect(try await !isAllowed("http://id.example.com/jwks", by: remote))
    #expect(try await !isAllowed("http://127.0.0.1/jwks", by: remote))
    #expect(try await !isAllowed("http://localhost/jwks", by: remote))
    let local = try rules("http://127.0.0.1:8080", resolving: names)
    #expect(try await isAllowed("http://127.0.0.1:8080/jwks", by: local))
    #expect(try await isAllowed("http://localhost:8080/jwks", by: local))
    #expect(try await isAllowed("http://[::1]:8080/jwks", by: local))
    #expect(try await !isAllowed("http://id.example.com/jwks", by: local))
    #expect(try await !isAllowed("http://10.0.0.1/jwks", by: local))
  }

  @Test func `T23 a private address is refused, whatever name leads to it`() async throws {
    let names = [
      "id.example.com": ["8.8.8.8"], "inner.example.com": ["10.0.0.1"],
      "both.example.com": ["8.8.8.8", "10.0.0.1"],
      "here.example.com": ["127.0.0.1"], "mapped.example.com": ["::ffff:169.254.169.254"],
      "2130706433": ["127.0.0.1"],
    ]
    let rules = try rules("https://id.example.com", resolving: names)
    #expect(try await isAllowed("https://id.example.com", by: rules))
    for host in [
      "inner.example.com", "both.example.com", "here.example.com", "mapped.example.com", "2130706433",
      "10.0.0.1",
      "127.0.0.1", "localhost", "[::1]", "[fd00::1]", "169.254.169.254", "unknown.example.com",
    ] {
      #expect(try await !isAllowed("https://\(host)/jwks", by: rules), "\(host)")
    }
    let trusting = try self.rules("https://id.example.com", allowsPrivate: true, resolving: names)
    #expect(try await isAllowed("https://inner.example.com", by: trusting))
    #expect(try await !isAllowed("http://inner.example.com", by: trusting), "private is not plain")
    let local = try self.rules("http://localhost:8080", resolving: names)
    #expect(try await !isAllowed("https://here.example.com", by: local), "a name that hides loopback")
  }

  @Test func `the connection goes to the address that was checked`() async throws {
    let rules = try rules("https://id.example.com", resolving: ["id.example.com": ["8.8.8.8"]])
    let destination = try await rules.destination(RemoteURL("https://id.example.com"))
    #expect(destination.addresses.map(\.description) == ["8.8.8.8"])
  }

  @Test func `the system resolves a name to an address`() async throws {
    #expect(try await EgressRules.systemResolver("localhost").first?.isLoopback == true)
  }
}
