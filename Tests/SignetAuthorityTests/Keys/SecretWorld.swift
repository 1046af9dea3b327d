import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// An authority with two resources that have secrets of their own, orders and reports, and one that has not.
struct SecretWorld: Sendable {
  static let billing = "https://billing.example.com"

  let test: TestAuthority
  /// What a rotation of the orders' secret said on the first day.
  let early: Result<Void, KeyRotationRefusal>

  init() async throws {
    let policy = try AuthorityPolicy(
      issuer: TestAuthority.issuer, passwords: try #require(PasswordPolicy()),
      resources: [
        Resource(name: "orders", audience: TestAuthority.ordersAudience, scopes: [], hasOwnSecret: true),
        Resource(name: "reports", audience: TestAuthority.reportsAudience, scopes: [], hasOwnSecret: true),
        Resource(name: "billing", audience: Self.billing, scopes: []),
      ])
    test = try await TestAuthority.initialised(policy: policy)
    try await test.write { authority, tx, now in
      try authority.makeMissingSecrets(origin: TestAuthority.origin, in: tx, at: now)
    }
    early = try await Self.rotate(TestAuthority.ordersAudience, isForced: false, in: test)
  }

  var authority: Authority { test.authority }

  func records() async throws -> [SigningKeyRecord] {
    try await test.storage.read { try $0.signingKeys() }
  }

  func makeMissingSecrets() async throws {
    try await test.write { authority, tx, now in
      try authority.makeMissingSecrets(origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  func export(_ name: String) async throws -> [JWK] {
    let secrets = try await test.write { authority, tx, now in
      try authority.exportSecrets(ofResource: name, origin: TestAuthority.origin, in: tx, at: now)
    }
    guard let secrets else { throw FixtureError() }
    return secrets
  }

  func rotate(_ audience: String, isForced: Bool) async throws -> Result<Void, KeyRotationRefusal> {
    try await Self.rotate(audience, isForced: isForced, in: test)
  }

  private static func rotate(
    _ audience: String, isForced: Bool, in test: TestAuthority
  ) async throws -> Result<Void, KeyRotationRefusal> {
    let fresh = try test.authority.generateKey(for: audience, at: test.clock.now)
    return try await test.write { authority, tx, now in
      try authority.rotateKeys(
        adding: fresh, isForced: isForced, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  func tend(as other: Authority? = nil) async throws -> [KeySchedule.Step] {
    let fresh = try authority.generateKey(at: test.clock.now)
    return try await test.write { authority, tx, now in
      try (other ?? authority).tendKeys(adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  func refresh(_ tokens: IssuedTokens, _ narrowing: GrantNarrowing) async throws -> RefreshOutcome {
    let token = try #require(RefreshToken(tokens.refreshToken, keyring: authority.keyring))
    let request = RefreshRequest(token: token, narrowing: narrowing, origin: TestAuthority.origin)
    return try await test.write { authority, tx, now in try authority.refresh(request, in: tx, at: now) }
  }

  /// A token for the orders and one for billing, each signed as the authority signs it.
  func tokens() async throws -> (orders: String, billing: String) {
    let keys = try authority.signingKeys(from: try await records())
    let account = try await test.addAccount("user\(authority.random.bytes(4).map(String.init).joined())")
    func signed(_ audience: String) async throws -> String {
      let narrowing = GrantNarrowing(scopes: nil, resources: [audience])
      let issued = try await test.logIn(
        account, request: SessionRequest(narrowing: narrowing, origin: TestAuthority.origin))
      return try JWT.sign(
        issued.accessToken.claims, type: "at+jwt", with: keys.signer(of: issued.accessToken))
    }
    return (try await signed(TestAuthority.ordersAudience), try await signed(Self.billing))
  }

  /// A token that somebody makes with a key that they have.
  func token(for audience: String, with key: SigningKey) throws -> String {
    let now = test.clock.now.seconds
    return try JWT.sign(
      [
        "iss": .string(TestAuthority.issuer), "sub": "ada", "aud": .string(audience), "jti": "t",
        "exp": .integer(now + 300), "iat": .integer(now), "client_id": "signet",
      ], type: "at+jwt", with: key)
  }

  /// What a resource says that expects `algorithm` and has these keys.
  func verdict(
    _ token: String, audience: String, _ algorithm: SignatureAlgorithm, _ keys: JWKSet
  ) throws -> Verdict {
    let policy = try VerificationPolicy(
      issuer: TestAuthority.issuer, audience: audience, algorithms: [algorithm])
    return TokenVerifier(policy: policy).verify(
      Array(token.utf8), keys: KeySnapshot(epoch: 1, keys: keys, algorithms: [algorithm]),
      revocations: .empty, at: test.clock.now)
  }
}
