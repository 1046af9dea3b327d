import HTTPTypes
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct TrustedProxyTests {
  /// One request, and the client that it is said to come from.
  struct Row: Sendable {
    let peer: String?
    let fields: [(String, String)]
    let client: String?

    init(_ peer: String?, _ fields: [(String, String)], _ client: String?) {
      (self.peer, self.fields, self.client) = (peer, fields, client)
    }
  }

  static let rows: [Row] = [
    // An unlisted peer is believed nothing.
    Row("192.0.2.9", [("X-Forwarded-For", "198.51.100.7")], "192.0.2.9"),
    Row("192.0.2.9", [("Forwarded", "for=198.51.100.7")], "192.0.2.9"),
    Row(nil, [("X-Forwarded-For", "198.51.100.7")], nil),
    // A listed one is.
    Row("10.0.0.1", [("X-Forwarded-For", "198.51.100.7")], "198.51.100.7"),
    Row("::ffff:10.0.0.1", [("X-Forwarded-For", "198.51.100.7:4711")], "198.51.100.7"),
    Row("fd00::1", [("X-Forwarded-For", "[2001:db8::7]:99")], "2001:db8::7"),
    Row("10.0.0.1", [], "10.0.0.1"),
    // From the right: what the client itself wrote stays unread.
    Row("10.0.0.1", [("X-Forwarded-For", "203.0.113.1, 198.51.100.7")], "198.51.100.7"),
    Row("10.0.0.1", [("X-Forwarded-For", "203.0.113.1, 198.51.100.7, 10.0.0.2")], "198.51.100.7"),
    Row("10.0.0.1", [("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "10.0.0.2")], "203.0.113.1"),
    Row("10.0.0.1", [("X-Forwarded-For", "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
    // Proxies that write X-Forwarded-For pass a client's own Forwarded on: it is not read.
    Row("10.0.0.1", [("Forwarded", "for=203.0.113.9")], "10.0.0.1"),
    Row(
      "10.0.0.1", [("Forwarded", "for=203.0.113.9"), ("X-Forwarded-For", "198.51.100.7")], "198.51.100.7"),
    // What is malformed ends the reading; the last known hop stands.
    Row("10.0.0.1", [("X-Forwarded-For", "unknown")], "10.0.0.1"),
    Row("10.0.0.1", [("X-Forwarded-For", "203.0.113.1, junk, 10.0.0.2")], "10.0.0.2"),
    Row("10.0.0.1", [("X-Forwarded-For", "203.0.113.1,")], "10.0.0.1"),
    // U+0600 joins the comma behind it to one character: the client's junk must not swallow the proxy's hop.
    Row("10.0.0.1", [("X-Forwarded-For", "\u{600}, 198.51.100.7")], "198.51.100.7"),
    Row("10.0.0.1", [("X-Forwarded-For", "198.51.100.7:x")], "10.0.0.1"),
    Row("10.0.0.1", [("X-Forwarded-For", "127.1")], "10.0.0.1"),
    Row("10.0.0.1", [("X-Forwarded-For", "[2001:db8::7")], "10.0.0.1"),
  ]

  @Test(arguments: rows) func `A8 the client is whom the listed proxies vouch for`(row: Row) throws {
    let proxies = try TrustedProxies(["10.0.0.0/8", "fd00::1"])
    #expect(proxies.client(peer: row.peer, headers: try Self.fields(row.fields)).address == row.client)
    #expect(
      TrustedProxies.none.client(peer: row.peer, headers: try Self.fields(row.fields)).address == row.peer)
  }

  @Test func `plain HTTP is believed from a listed proxy alone, and from the nearest`() throws {
    let proxies = try TrustedProxies(["10.0.0.0/8"])
    for (peer, value, isPlain) in [
      ("10.0.0.1", "http", true), ("10.0.0.1", "HTTP", true), ("10.0.0.1", "https", false),
      ("10.0.0.1", "http, https", false), ("192.0.2.9", "http", false),
    ] {
      let fields = try Self.fields([("X-Forwarded-Proto", value)])
      #expect(proxies.client(peer: peer, headers: fields).cameInPlain == isPlain, "\(peer) \(value)")
    }
  }

  @Test func `plain HTTP is answered to this machine and to listed proxies alone`() throws {
    let proxies = try TrustedProxies(["10.0.0.0/8"])
    let plain = ClientAddressMiddleware(proxies: proxies, servesTLS: false)
    for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "::ffff:10.9.9.9"] {
      #expect(plain.refusal(of: peer) == nil, "\(peer)")
    }
    for peer in [
      "192.0.2.9", "11.0.0.1", "2002:7f00:1::1", "64:ff9b::127.0.0.1", "::7f00:1", "fe80::1", "x", nil,
    ] {
      let refusal = plain.refusal(of: peer)
      #expect(refusal?.status == .forbidden && refusal?.code == .plainHTTPRefused, "\(peer ?? "none")")
    }
    #expect(ClientAddressMiddleware(proxies: .none, servesTLS: true).refusal(of: "192.0.2.9") == nil)
  }

  @Test(arguments: [
    "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/", "example.com", "fd00::/129",
    "10.0.0.0/8/8", "*",
  ])
  func `what is no network is refused`(text: String) {
    let refusal = #expect(throws: PolicyError.self) { try TrustedProxies([text]) }
    #expect(refusal?.setting == "server.trusted-proxies")
  }

  @Test func `A8 the audit log has the client that a listed proxy names, and no other`() async throws {
    for (list, expected) in [(["127.0.0.1"], "198.51.100.7"), ([], "127.0.0.1")] {
      var options = RunningAuthority.Options()
      options.trustedProxies = try TrustedProxies(list)
      try await RunningAuthority.run(options) { running in
        try await running.addAccount()
        _ = try await running.api.post(
          "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)],
          ["X-Forwarded-For": "203.0.113.1, 198.51.100.7", "X-Forwarded-Proto": "http"])
        let events = try await running.auditEvents()
        #expect(events.contains { $0.origin.address == expected })
        let links = try await running.api.get(
          "/.well-known/oauth-authorization-server",
          ["X-Forwarded-Host": "evil.example.com", "Forwarded": "for=198.51.100.7;host=evil.example.com"])
        #expect(links["issuer"] == TestAuthority.issuer)
        let answer = try await running.api.get("/health/live", ["X-Forwarded-Proto": "http"])
        #expect((answer.headers.first(name: "strict-transport-security") == nil) == !list.isEmpty)
      }
    }
  }

  private static func fields(_ pairs: [(String, String)]) throws -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in pairs {
      fields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
    }
    return fields
  }
}
