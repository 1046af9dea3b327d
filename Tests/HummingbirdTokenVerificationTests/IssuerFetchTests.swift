import Hummingbird
import JOSE
import SignetTesting
import Testing
import TokenVerification

@testable import HummingbirdTokenVerification

@Suite struct IssuerFetchTests {
  private func fetch(_ issuer: String, bytes: Int = 4096, time: Duration = .seconds(300)) throws
    -> IssuerFetch
  {
    var limits = FetchLimits()
    limits.bytes = bytes
    limits.time = time
    return try IssuerFetch(
      issuer: issuer, allowsPrivateAddresses: false, limits: limits, resolve: EgressRules.systemResolver)
  }

  /// What the fetch says is wrong; nil when nothing is.
  private func failure(_ fetch: IssuerFetch) async -> String? {
    do {
      _ = try await fetch.answer()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func `the key set is found by the issuer's URL alone`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url, keyIDs: ["k1", "k2"])
      try server.publish(issuer, fields: [.cacheControl: "public, max-age=600"])
      let answer = try await fetch(url).answer()
      #expect(answer.keys?.keys.compactMap(\.keyID) == ["k1", "k2"])
      #expect(answer.maximumAge == .seconds(600))
      #expect(server.requests == [IssuerServer.metadataPath, "/jwks"])
    }
  }

  @Test func `an issuer with a path has its metadata where RFC 8414 puts it`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: "\(url)/tenant/a")
      server[IssuerServer.metadataPath + "/tenant/a"] = IssuerServer.Reply(
        body: #"{"issuer":"\#(issuer.issuer)","jwks_uri":"\#(url)/jwks"}"#)
      server["/jwks"] = IssuerServer.Reply(body: try issuer.published.json().encodedString())
      #expect(try await fetch(issuer.issuer).answer().keys?.keys.count == 1)
    }
  }

  @Test func `OpenID Connect's place is asked when the other is not there, and only then`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: "\(url)/tenant")
      let document = #"{"issuer":"\#(issuer.issuer)","jwks_uri":"\#(url)/jwks"}"#
      server["/tenant" + IssuerServer.openIDPath] = IssuerServer.Reply(body: document)
      server["/jwks"] = IssuerServer.Reply(body: try issuer.published.json().encodedString())
      #expect(try await fetch(issuer.issuer).answer().keys?.keys.count == 1)
      server[IssuerServer.metadataPath + "/tenant"] = IssuerServer.Reply(status: .internalServerError)
      let failed = try await failure(fetch(issuer.issuer))
      #expect(failed?.contains("status 500") == true)
      #expect(server.count("/tenant" + IssuerServer.openIDPath) == 1)
    }
  }

  @Test func `T23 metadata of another issuer is refused, however near`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      for other in ["\(url)/", "https://id.example.com", url.replacing("127.0.0.1", with: "localhost"), ""] {
        server[IssuerServer.metadataPath] = IssuerServer.Reply(
          body: #"{"issuer":"\#(other)","jwks_uri":"\#(url)/jwks"}"#)
        #expect(try await failure(fetch(url))?.contains("another issuer") == true, "\(other)")
      }
      #expect(server.count("/jwks") == 0)
      try server.publish(issuer)
      #expect(try await failure(fetch(url)) == nil)
    }
  }

  @Test func `T23 a redirect is not followed`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      server["/elsewhere"] = server["/jwks"]
      for status: HTTPResponse.Status in [.movedPermanently, .found, .temporaryRedirect, .permanentRedirect] {
        server["/jwks"] = IssuerServer.Reply(status: status, fields: [.location: "\(url)/elsewhere"])
        #expect(try await failure(fetch(url))?.contains("status is \(status.code)") == true)
      }
      try server.publish(issuer)
      server["/metadata"] = server[IssuerServer.metadataPath]
      server[IssuerServer.metadataPath] = IssuerServer.Reply(status: .found, fields: [.location: "/metadata"])
      #expect(try await failure(fetch(url)) != nil)
      #expect(server.count("/elsewhere") == 0 && server.count("/metadata") == 0)
    }
  }

  @Test func `T23 metadata cannot point to plain http elsewhere, or into a private network`() async throws {
    let server = IssuerServer()
    try await server.run { url in
      for place in [
        "http://example.com/jwks", "https://10.0.0.1/jwks", "https://[fd00::1]/jwks", "file:///etc/passwd",
      ] {
        server[IssuerServer.metadataPath] = IssuerServer.Reply(
          body: #"{"issuer":"\#(url)","jwks_uri":"\#(place)"}"#)
        let attempt = try fetch(url)
        #expect(await failure(attempt) != nil, "\(place)")
      }
    }
  }

  @Test(arguments: [true, false])
  func `T23 an answer above the size limit is refused, with and without its length`(isStreamed: Bool)
    async throws
  {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      let keys = try issuer.published.json().encodedString()
      let limit = 4096
      let fitting = keys + String(repeating: " ", count: limit - keys.utf8.count)
      server["/jwks"] = IssuerServer.Reply(body: fitting, isStreamed: isStreamed)
      #expect(try await failure(fetch(url, bytes: limit)) == nil)
      server["/jwks"] = IssuerServer.Reply(body: fitting + " ", isStreamed: isStreamed)
      // The bytes themselves are counted: it is not that too large a text was parsed.
      #expect(try await failure(fetch(url, bytes: limit))?.contains("TooManyBytes") == true)
    }
  }

  @Test func `T23 the connection goes to the address that was checked, whatever the name is by now`()
    async throws
  {
    let server = IssuerServer()
    try await server.run { url in
      let port = try RemoteURL(url).port ?? 0
      // A name that nobody has: only who keeps to the address gets as far as a server, which speaks no TLS.
      let fetch = try IssuerFetch(
        issuer: "https://id.invalid:\(port)", allowsPrivateAddresses: true, limits: FetchLimits(),
        resolve: { _ in [.loopbackV4] })
      let problem = await failure(fetch)
      #expect(problem?.contains("handshake") == true, "\(problem ?? "none")")
    }
  }

  @Test(arguments: [true, false])
  func `T23 an answer that does not come, or does not end, is given up`(isStreamed: Bool) async throws {
    let server = IssuerServer()
    try await server.run { url in
      let issuer = try TestIssuer(issuer: url)
      try server.publish(issuer)
      let gate = Signal()
      server["/jwks"]?.gate = gate
      server["/jwks"]?.isStreamed = isStreamed
      #expect(try await failure(fetch(url, time: .milliseconds(300)))?.contains("no complete answer") == true)
      gate.raise()
      #expect(try await failure(fetch(url)) == nil)
    }
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"issuer":"ISSUER"}"#, #"{"issuer":"ISSUER","jwks_uri":7}"#,
    #"{"issuer":"ISSUER","jwks_uri":""}"#,
    #"{"issuer":"ISSUER","issuer":"ISSUER","jwks_uri":"ISSUER/jwks"}"#,
    #"{"issuer":["ISSUER"],"jwks_uri":"ISSUER/jwks"}"#,
  ])
  func `metadata that is not what it should be is refused`(document: String) async throws {
    let server = IssuerServer()
    try await server.run { url in
      try server.publish(TestIssuer(issuer: url))
      server[IssuerServer.metadataPath] = IssuerServer.Reply(body: document.replacing("ISSUER", with: url))
      #expect(try await failure(fetch(url)) != nil)
    }
  }

  @Test(arguments: ["", "[]", #"{"keys":{}}"#, "<html>", #"{"keys":[]} x"#])
  func `a key set that is none is refused`(document: String) async throws {
    let server = IssuerServer()
    try await server.run { url in
      try server.publish(TestIssuer(issuer: url))
      server["/jwks"] = IssuerServer.Reply(body: document)
      #expect(try await failure(fetch(url)) != nil)
    }
  }

  @Test(arguments: [
    "http://id.example.com", "id.example.com", "https://id.example.com?x=1",
    "https://u@h.test", "http://10.0.0.1",
  ])
  func `T23 an issuer that may not be fetched is refused at once`(issuer: String) {
    #expect(throws: RemoteKeysError.self) { try fetch(issuer) }
  }
}
