import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct ResourceSecretRouteTests {
  private static func options() throws -> RunningAuthority.Options {
    var options = RunningAuthority.Options()
    options.policy = try AuthorityPolicy(
      issuer: TestAuthority.issuer, passwords: try #require(PasswordPolicy()),
      resources: [
        Resource(name: "orders", audience: TestAuthority.ordersAudience, scopes: [], hasOwnSecret: true),
        Resource(name: "reports", audience: TestAuthority.reportsAudience, scopes: []),
      ])
    return options
  }

  private static func logIn(_ resource: JSON, _ running: RunningAuthority) async throws -> APIAnswer {
    try await running.api.post(
      "/api/v1/login",
      ["login": "ada", "password": .string(RunningAuthority.password), "resource": resource])
  }

  @Test func `a token for such a resource is signed with its secret, and is good for nothing else`()
    async throws
  {
    try await RunningAuthority.run(try Self.options()) { running in
      try await running.addAccount()
      let tokens = try APITokens(await Self.logIn(.string(TestAuthority.ordersAudience), running))
      let header = try CompactJWS(Array(tokens.access.utf8)).header
      #expect(header.algorithm == .hs256 && header.type == "at+jwt")
      // The authority's own endpoints know no secret, and it is not for them.
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      let keyID = try #require(header.keyID)
      let published = try await running.api.get("/.well-known/jwks.json")
      #expect(!String(decoding: published.body, as: UTF8.self).contains(keyID))
      #expect(!running.service.keys.snapshot.keyIDs.contains(keyID))
      // Without a named resource a login is for all the others, and works here.
      #expect(try await running.api.get("/api/v1/me", running.logIn().bearer).status == 200)
    }
  }

  @Test func `one token for such a resource and another is refused, and says why`() async throws {
    try await RunningAuthority.run(try Self.options()) { running in
      try await running.addAccount()
      let both: JSON = [.string(TestAuthority.ordersAudience), .string(TestAuthority.reportsAudience)]
      let answer = try await Self.logIn(both, running)
      #expect(answer.status == 400 && answer["code"] == "invalid_target")
      #expect(try #require(answer["detail"]).contains("named alone"))
      let tokens = try await running.logIn()
      let refusal = try await running.api.post(
        "/api/v1/refresh", ["refresh_token": .string(tokens.refresh), "resource": both])
      #expect(refusal.status == 400 && refusal["code"] == "invalid_target")
      let alone = try await running.api.post(
        "/api/v1/refresh",
        ["refresh_token": .string(tokens.refresh), "resource": .string(TestAuthority.ordersAudience)])
      #expect(alone.status == 200)
    }
  }

  @Test func `a rotated secret signs at once, and no secret is in a log or in an audit event`() async throws {
    try await RunningAuthority.run(try Self.options()) { running in
      try await running.addAccount()
      let administration = Administration(service: running.service)
      let administrator = Administrator(userID: 1000)
      func secrets() async throws -> [JWK] {
        let answer = await administration.answer(.resourceSecrets("orders"), by: administrator)
        guard case .resourceSecrets(let text) = answer else { throw FixtureError() }
        #expect(!"\(answer)".contains("\"k\""))
        return try JWKSet(parsing: Array(text.value.utf8)).keys
      }
      let before = try await secrets()
      #expect(before.count == 2)
      let early = await administration.answer(
        .rotateKeys(isForced: false, resource: "orders"), by: administrator)
      guard case .refused(let refusal) = early else {
        Issue.record("\(early)")
        return
      }
      #expect(refusal.code == "made_too_recently")
      let rotated = await administration.answer(
        .rotateKeys(isForced: true, resource: "orders"), by: administrator)
      guard case .keys(let keys) = rotated else {
        Issue.record("\(rotated)")
        return
      }
      let own = keys.filter { $0.resource == "orders" }
      #expect(own.map(\.state) == ["retired", "active", "next"] && keys.count == 5)
      let tokens = try APITokens(await Self.logIn(.string(TestAuthority.ordersAudience), running))
      #expect(try CompactJWS(Array(tokens.access.utf8)).header.keyID == own[1].keyID)
      let values = try await secrets().compactMap(\.secretText)
      #expect(values.count == 3)
      let texts = running.log.lines + (try await running.auditEvents()).map { "\($0)" }
      for value in values { #expect(!texts.contains { $0.contains(value) }) }
      for name in ["reports", "nothing"] {
        for request: AdministrationRequest in [
          .resourceSecrets(name), .rotateKeys(isForced: true, resource: name),
        ] {
          guard case .refused(let refusal) = await administration.answer(request, by: administrator) else {
            Issue.record("\(request)")
            return
          }
          #expect(refusal.code == "no_such_secret")
        }
      }
    }
  }
}

extension JWK {
  /// An HMAC secret, as its JSON has it.
  fileprivate var secretText: String? {
    guard case .string(let text)? = privateJSON()["k"] else { return nil }
    return text
  }
}
