import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct AuthorityPolicyTests {
  private func policy(
    issuer: String = TestAuthority.issuer, lifetime: Duration = .seconds(300),
    idle: Duration = .seconds(3600), absolute: Duration = .seconds(7200), grace: Duration = .seconds(10),
    resources: [Resource] = [], roles: [String: Set<String>] = [:], defaultScopes: Set<String> = [],
    algorithm: SignatureAlgorithm = .es256, retention: Duration = .seconds(30 * 86_400),
    publishAhead: Duration = .seconds(86_400), rotation: Duration = .seconds(90 * 86_400)
  ) throws -> AuthorityPolicy {
    try AuthorityPolicy(
      issuer: issuer, accessTokenLifetime: lifetime, sessionIdleLimit: idle, sessionAbsoluteLimit: absolute,
      refreshGrace: grace, passwords: try #require(PasswordPolicy()), auditRetention: retention,
      resources: resources, roles: roles, defaultScopes: defaultScopes, signingAlgorithm: algorithm,
      keyPublishAhead: publishAhead, keyRotationInterval: rotation)
  }

  @Test(arguments: [
    "https://id.example.com", "https://id.example.com/tenant", "https://id.example.com:8443",
    "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost",
  ])
  func `an issuer is an https URL, or http on this machine`(issuer: String) throws {
    #expect(try policy(issuer: issuer).issuer == issuer)
  }

  @Test(arguments: [
    "", "id.example.com", "https://", "https://id.example.com/", "https://id.example.com?x",
    "https://id.example.com#x", "https://ada.example@id.example.com", "ftp://id.example.com",
    "http://id.example.com",
    "http://localhost.example.com", "http://127.0.0.1.example.com", "http://localhost:80x",
    "https://id.example.com/a b", "https://id.example.com/\n", "HTTPS://id.example.com",
  ])
  func `what is no issuer is refused by its setting`(issuer: String) throws {
    let error = #expect(throws: PolicyError.self) { try policy(issuer: issuer) }
    #expect(error?.setting == "issuer")
  }

  @Test func `each limit has its range`() throws {
    let cases: [(String, () throws -> AuthorityPolicy)] = [
      ("tokens.access-lifetime", { try policy(lifetime: .milliseconds(29_999)) }),
      ("tokens.access-lifetime", { try policy(lifetime: .milliseconds(3_600_001)) }),
      ("sessions.idle-limit", { try policy(idle: .seconds(59)) }),
      ("sessions.idle-limit", { try policy(idle: .seconds(7201)) }),
      ("sessions.absolute-limit", { try policy(idle: .seconds(60), absolute: .seconds(59)) }),
      ("sessions.absolute-limit", { try policy(absolute: .seconds(732 * 86_400)) }),
      ("sessions.refresh-grace", { try policy(grace: .seconds(-1)) }),
      ("sessions.refresh-grace", { try policy(grace: .seconds(61)) }),
      ("audit.retention", { try policy(retention: .seconds(30 * 86_400 - 1)) }),
      ("signing.algorithm", { try policy(algorithm: .hs256) }),
      ("signing.publish-ahead", { try policy(publishAhead: .seconds(86_400 - 1)) }),
      ("signing.publish-ahead", { try policy(publishAhead: .zero) }),
      ("signing.publish-ahead", { try policy(publishAhead: .seconds(366 * 86_400 + 1)) }),
      ("signing.rotation-interval", { try policy(rotation: .seconds(86_400 - 1)) }),
    ]
    for (setting, make) in cases {
      let error = #expect(throws: PolicyError.self) { try make() }
      #expect(error?.setting == setting)
    }
    _ = try policy(lifetime: .seconds(30), idle: .seconds(60), absolute: .seconds(60), grace: .zero)
    _ = try policy(lifetime: .seconds(3600), idle: .seconds(7200), grace: .seconds(60))
    _ = try policy(publishAhead: .seconds(86_400), rotation: .seconds(86_400))
  }

  @Test func `scopes are declared before they are given, and spelled as RFC 6749 wants`() throws {
    let orders = Resource(name: "orders", audience: "https://orders.example.com", scopes: ["orders:read"])
    let cases: [(String, () throws -> AuthorityPolicy)] = [
      ("roles.clerk.scopes", { try policy(resources: [orders], roles: ["clerk": ["orders:write"]]) }),
      ("default-scopes", { try policy(resources: [orders], defaultScopes: ["nonsense"]) }),
      ("resources", { try policy(resources: [Resource(name: "x", audience: "x", scopes: ["a b"])]) }),
      ("resources", { try policy(resources: [Resource(name: "x", audience: "x", scopes: [""])]) }),
      ("resources", { try policy(resources: [Resource(name: "x", audience: "x", scopes: ["a\"b"])]) }),
      ("roles", { try policy(resources: [orders], roles: ["the clerk": []]) }),
      ("roles", { try policy(resources: [orders], roles: ["": []]) }),
      ("resources.orders.audience", { try policy(resources: [orders, orders]) }),
      (
        "resources.own.audience",
        { try policy(resources: [Resource(name: "own", audience: TestAuthority.issuer, scopes: [])]) }
      ),
      ("resources.x.audience", { try policy(resources: [Resource(name: "x", audience: "", scopes: [])]) }),
    ]
    for (setting, make) in cases {
      let error = #expect(throws: PolicyError.self) { try make() }
      #expect(error?.setting == setting)
    }
    _ = try policy(resources: [orders], roles: ["clerk": ["orders:read"]], defaultScopes: ["orders:read"])
  }

  @Test func `roles give their scopes on top of everybody's`() throws {
    let policy = try TestAuthority.policy()
    #expect(policy.scopes(forRoles: []) == ["orders:read"])
    #expect(policy.scopes(forRoles: ["clerk"]) == ["orders:read", "orders:write"])
    #expect(
      policy.scopes(forRoles: ["clerk", "analyst"]) == ["orders:read", "orders:write", "reports:read"])
    #expect(policy.scopes(forRoles: ["unknown"]) == ["orders:read"])
  }

  @Test func `a configuration whose tokens could exceed 4 KiB is refused`() throws {
    func roles(_ count: Int) -> [String: Set<String>] {
      Dictionary(uniqueKeysWithValues: (0..<count).map { ("role-number-\($0 + 1000)", []) })
    }
    _ = try policy(roles: roles(100))
    let error = #expect(throws: PolicyError.self) { try policy(roles: roles(150)) }
    #expect(error?.setting == "resources")
    #expect(error?.problem.contains("4096") == true)
  }

  @Test func `the estimate is never below the token that it is about`() async throws {
    let names = (0..<100).map { "role-number-\($0 + 1000)" }
    let world = try await World(
      policy: try policy(roles: Dictionary(uniqueKeysWithValues: names.map { ($0, []) })))
    let tokens = try await world.test.logIn(try await world.test.addAccount(roles: names))
    let records = try await world.read { try $0.signingKeys() }
    let signer = try world.authority.signingKeys(from: records).signer
    let text = try JWT.sign(tokens.accessToken.claims, type: "at+jwt", with: signer)
    #expect((2000...4096).contains(text.utf8.count))
  }
}
