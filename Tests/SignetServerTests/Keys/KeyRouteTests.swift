import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct KeyRouteTests {
  @Test func `the key set is public, cacheable and revalidated by its entity tag`() async throws {
    try await RunningAuthority.run { running in
      let path = "/.well-known/jwks.json"
      let answer = try await running.api.get(path)
      #expect(answer.status == 200)
      #expect(answer.headers.first(name: "cache-control") == "public, max-age=900")
      let keys = try #require(try answer.json()["keys"]?.elements)
      #expect(keys.count == 2)
      let privateMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]
      for key in keys {
        #expect(privateMembers.isDisjoint(with: Set(try #require(key.members).map(\.name))))
      }
      let tag = try #require(answer.headers.first(name: "etag"))
      for shown in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
        let unchanged = try await running.api.get(path, ["If-None-Match": shown])
        #expect(unchanged.status == 304, "\(shown)")
        #expect(unchanged.body.isEmpty)
        #expect(unchanged.headers.first(name: "etag") == tag)
      }
      #expect(try await running.api.get(path, ["If-None-Match": "\"other\""]).status == 200)
      // U+0301 joins the comma before it to one character.
      let joined = "\"other\",\u{301}, \(tag)"
      #expect(try await running.api.get(path, ["If-None-Match": joined]).status == 304)
      _ = try await running.service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      let changed = try await running.api.get(path, ["If-None-Match": tag])
      #expect(changed.status == 200)
      #expect(try changed.json()["keys"]?.elements?.count == 3)
    }
  }

  @Test func `after a rotation the new key signs, and tokens of the old one live on`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let before = try await running.logIn()
      let old = running.service.keys.current.signer.keyID
      let refusal = try await running.service.rotateKeys(isForced: false, origin: TestAuthority.origin)
      #expect(throws: KeyRotationRefusal.self) { try refusal.get() }
      running.clock.advance(by: .seconds(60))
      _ = try await running.service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      let after = try await running.logIn()
      #expect(running.service.keys.current.signer.keyID != old)
      #expect(try CompactJWS(Array(before.access.utf8)).header.keyID == old)
      #expect(try CompactJWS(Array(after.access.utf8)).header.keyID != old)
      for tokens in [before, after] {
        #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
      }
    }
  }

  @Test func `A8 links come from the configured issuer, whatever a request says of itself`() async throws {
    try await RunningAuthority.run { running in
      let lies = [
        "Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example.com",
      ]
      let answer = try await running.api.get("/.well-known/oauth-authorization-server", lies)
      #expect(answer.status == 200)
      #expect(answer["issuer"] == TestAuthority.issuer)
      #expect(answer["jwks_uri"] == "\(TestAuthority.issuer)/.well-known/jwks.json")
      #expect(!String(decoding: answer.body, as: UTF8.self).contains("evil"))
      let members = Set(try #require(try answer.json().members).map(\.name))
      #expect(
        members == [
          "issuer", "jwks_uri", "response_types_supported", "grant_types_supported", "scopes_supported",
          "revocation_feed_endpoint",
        ])
    }
  }

  @Test func `an issuer with a path is served below it, and its metadata where RFC 8414 says`() async throws {
    let passwords = try #require(PasswordPolicy())
    var options = RunningAuthority.Options()
    options.policy = try AuthorityPolicy(issuer: "https://example.com/auth", passwords: passwords)
    try await RunningAuthority.run(options) { running in
      let metadata = try await running.api.get("/.well-known/oauth-authorization-server/auth")
      #expect(metadata["jwks_uri"] == "https://example.com/auth/.well-known/jwks.json")
      #expect(try await running.api.get("/auth/.well-known/jwks.json").status == 200)
      #expect(try await running.api.get("/.well-known/jwks.json").status == 404)
      #expect(try await running.api.get("/auth/api/v1/me").status == 401)
      #expect(try await running.api.get("/health/live").status == 200)
    }
  }
}
