import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// Resources whose tokens are signed with HS256 and a secret of their own.
@Suite struct ResourceSecretTests {
  private static let orders = TestAuthority.ordersAudience
  private static let reports = TestAuthority.reportsAudience

  @Test func `each resource that asks for it has a secret that signs and one ahead, and none is published`()
    async throws
  {
    let world = try await SecretWorld()
    let records = try await world.records()
    for audience in [Self.orders, Self.reports] {
      let own = records.filter { $0.audience == audience }
      #expect(Set(own.map(\.state)) == [.active, .next] && own.count == 2)
      #expect(own.allSatisfy { $0.algorithm == .hs256 })
    }
    let published = try world.authority.signingKeys(from: records).published
    #expect(published.keys.count == 2)
    #expect(published.keys.allSatisfy { $0.keyType != .octets })
    // Asked again, nothing is made.
    #expect(!world.authority.lacksSecrets(records))
    try await world.makeMissingSecrets()
    #expect(try await world.records() == records)
  }

  @Test func `the database holds no secret that can be read, and none opens for another resource`()
    async throws
  {
    let world = try await SecretWorld()
    let records = try await world.records()
    let exported = try await world.export("orders").compactMap(\.secretText)
    #expect(exported.count == 2)
    let (orders, reports) = (
      try #require(records.first { $0.audience == Self.orders && $0.state == .active }),
      try #require(records.first { $0.audience == Self.reports && $0.state == .active })
    )
    for record in records {
      let text = String(decoding: record.publicJWK + record.sealedPrivateJWK, as: UTF8.self)
      #expect(!text.contains("\"k\"") && !exported.contains { text.contains($0) })
    }
    // Somebody who can write the database hands one resource's secret to another.
    let moved = SigningKeyRecord(
      keyID: orders.keyID, audience: Self.reports, algorithm: .hs256, state: .active,
      publicJWK: orders.publicJWK, sealedPrivateJWK: orders.sealedPrivateJWK, createdAt: orders.createdAt)
    let rest = records.filter { $0.audience == nil }
    #expect(throws: SigningKeyError.cannotOpen(keyID: orders.keyID)) {
      try world.authority.signingKeys(from: rest + [moved])
    }
    _ = try world.authority.signingKeys(from: rest + [reports])
  }

  @Test func `without a named resource a token is for those that share the published keys`() async throws {
    let world = try await SecretWorld()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    #expect(tokens.grant.resources.count == 4)
    #expect(
      tokens.accessToken.claim("aud")
        == .strings([TestAuthority.issuer, SecretWorld.billing].sorted { $0 < $1 }))
    #expect(tokens.accessToken.secretAudience == nil)
    let named = GrantNarrowing(scopes: nil, resources: [Self.orders])
    let refreshed = try #require(try await world.refresh(tokens, named).tokens)
    #expect(refreshed.accessToken.claim("aud") == .string(Self.orders))
    #expect(refreshed.accessToken.secretAudience == Self.orders)
  }

  @Test func `one token is never for a resource with a secret and for another`() async throws {
    let world = try await SecretWorld()
    let account = try await world.test.addAccount()
    let tokens = try await world.test.logIn(account)
    let mixed = [
      [Self.orders, SecretWorld.billing], [Self.orders, Self.reports], [Self.orders, TestAuthority.issuer],
    ]
    for resources in mixed {
      let wish = GrantNarrowing(scopes: nil, resources: resources)
      let login = try world.test.authenticate(account)
      let opening = try await world.test.write { authority, tx, now in
        try authority.openSession(
          for: login, request: SessionRequest(narrowing: wish, origin: TestAuthority.origin), in: tx, at: now)
      }
      #expect(opening.denial?.reason == .mixedResources)
      // Nothing has moved: the token is still the current one.
      #expect(try await world.refresh(tokens, wish).denial == .mixedResources)
    }
    let fine = GrantNarrowing(scopes: nil, resources: [SecretWorld.billing, TestAuthority.issuer])
    #expect(try await world.refresh(tokens, fine).isRetry == false)
  }

  @Test func `T2 a verifier for one algorithm accepts no token of the other, whatever key it is offered`()
    async throws
  {
    let world = try await SecretWorld()
    let tokens = try await world.tokens()
    let secrets = JWKSet(keys: try await world.export("orders"))
    let published = try world.authority.signingKeys(from: try await world.records()).published
    // Offered both sets at once, as a careless operator might.
    let all = JWKSet(keys: secrets.keys + published.keys)
    let cases: [(String, String, SignatureAlgorithm, Bool)] = [
      (tokens.orders, Self.orders, .hs256, true), (tokens.orders, Self.orders, .es256, false),
      (tokens.billing, SecretWorld.billing, .es256, true),
      (tokens.billing, SecretWorld.billing, .hs256, false),
    ]
    for (token, audience, algorithm, isGood) in cases {
      let verdict = try world.verdict(token, audience: audience, algorithm, all)
      if case .allow = verdict { #expect(isGood) } else { #expect(!isGood, "\(audience) \(algorithm)") }
    }
    // The published key's bytes as an HMAC secret (CVE-2016-10555), under the published key's name.
    let key = try #require(published.keys.first)
    let forger = try JWK(
      parsing: JSON.object([
        JSONMember(name: "kty", value: "oct"), JSONMember(name: "kid", value: .string(key.keyID ?? "")),
        JSONMember(name: "k", value: .string(Base64URL.encode(key.publicJSON().encoded()))),
      ]).encoded())
    let forged = try world.token(for: SecretWorld.billing, with: SigningKey(forger, algorithm: .hs256))
    for algorithm in [SignatureAlgorithm.es256, .hs256] {
      let verdict = try world.verdict(forged, audience: SecretWorld.billing, algorithm, published)
      if case .allow = verdict { Issue.record("a public key was taken for a secret under \(algorithm)") }
    }
  }

  @Test func `T2 a resource cannot make a token that another resource accepts`() async throws {
    let world = try await SecretWorld()
    let (orders, reports) = (
      try await world.export("orders"), try await world.export("reports")
    )
    let names = Set(reports.compactMap(\.keyID))
    for secret in orders {
      // For itself it can: who checks an HMAC can make one.
      let own = try world.token(for: Self.orders, with: SigningKey(secret))
      guard case .allow = try world.verdict(own, audience: Self.orders, .hs256, JWKSet(keys: orders)) else {
        Issue.record("the secret does not sign for its own resource")
        return
      }
      for keyID in names.union([secret.keyID ?? ""]) {
        let renamed = try JWK(parsing: secret.named(keyID).encoded())
        let forged = try world.token(for: Self.reports, with: SigningKey(renamed))
        let verdict = try world.verdict(forged, audience: Self.reports, .hs256, JWKSet(keys: reports))
        if case .allow = verdict { Issue.record("reports accepts what orders has signed as \(keyID)") }
      }
    }
  }

  @Test func `T2 what is signed for one resource is good for no other`() async throws {
    let world = try await SecretWorld()
    let keys = try world.authority.signingKeys(from: try await world.records())
    let files = [
      Self.orders: JWKSet(keys: try await world.export("orders")),
      Self.reports: JWKSet(keys: try await world.export("reports")),
    ]
    let account = try await world.test.addAccount()
    for audience in files.keys {
      let narrowing = GrantNarrowing(scopes: nil, resources: [audience])
      let issued = try await world.test.logIn(
        account, request: SessionRequest(narrowing: narrowing, origin: TestAuthority.origin))
      let token = try JWT.sign(
        issued.accessToken.claims, type: "at+jwt", with: keys.signer(of: issued.accessToken))
      for (reader, file) in files {
        for expected in files.keys {
          let verdict = try world.verdict(token, audience: expected, .hs256, file)
          let isGood = if case .allow = verdict { true } else { false }
          // Neither another's secret nor another's name will do.
          #expect(isGood == (reader == audience && expected == audience), "\(reader) reads \(audience)")
        }
      }
    }
  }

  @Test func `a resource that took its file before a rotation accepts what is signed after it`() async throws
  {
    let world = try await SecretWorld()
    let file = JWKSet(keys: try await world.export("orders"))
    let before = try await world.tokens().orders
    try await world.rotate(Self.orders, isForced: true).get()
    let after = try await world.tokens().orders
    #expect(try CompactJWS(Array(before.utf8)).header.keyID != CompactJWS(Array(after.utf8)).header.keyID)
    let fresh = JWKSet(keys: try await world.export("orders"))
    #expect(fresh.keys.count == 3)
    for (token, set) in [(before, file), (after, file), (before, fresh), (after, fresh)] {
      guard case .allow = try world.verdict(token, audience: Self.orders, .hs256, set) else {
        Issue.record("a token was refused across the rotation")
        return
      }
    }
    // The published keys and the other resource's secrets have not moved.
    let records = try await world.records()
    #expect(records.count { $0.state == .retired } == 1)
    world.test.clock.advance(by: KeySchedule.retiredLife)
    #expect(try await world.tend().count == 1)
    #expect(try await world.export("orders").count == 2)
  }

  @Test func `a secret does not rotate by itself, and by hand only when it has been there long enough`()
    async throws
  {
    let world = try await SecretWorld()
    let before = try await world.records().filter { $0.audience != nil }
    #expect(throws: KeyRotationRefusal.self) { try world.early.get() }
    world.test.clock.advance(by: .seconds(400 * 86_400))
    _ = try await world.tend()
    #expect(
      try await world.records().filter { $0.audience != nil }.map(\.state) == before.map(\.state))
    try await world.rotate(Self.orders, isForced: false).get()
  }

  @Test func `a revoked secret takes with it all that lay in the same file`() async throws {
    let world = try await SecretWorld()
    let file = JWKSet(keys: try await world.export("orders"))
    let others = try await world.records().filter { $0.audience != Self.orders }
    let stolen = try #require(
      try await world.records().first { $0.audience == Self.orders && $0.state == .active })
    let fresh = try world.authority.generateFirstKeys(at: world.test.clock.now)
    #expect(
      try await world.test.write { authority, tx, now in
        try authority.revokeKey(
          stolen.keyID, adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
      })
    let records = try await world.records()
    #expect(records.count == 6)
    #expect(others.allSatisfy { other in records.contains { $0.keyID == other.keyID } })
    let token = try await world.tokens().orders
    if case .allow = try world.verdict(token, audience: Self.orders, .hs256, file) {
      Issue.record("who has the old file has what signs now")
    }
    let replaced = JWKSet(keys: try await world.export("orders"))
    #expect(Set(replaced.keys.map(\.keyID)).isDisjoint(with: file.keys.map(\.keyID)))
    guard case .allow = try world.verdict(token, audience: Self.orders, .hs256, replaced) else {
      Issue.record("the new file does not have what signs now")
      return
    }
  }

  @Test func `a resource that no longer asks keeps no secret once its last token has expired`() async throws {
    let world = try await SecretWorld()
    let plain = Authority(
      policy: try TestAuthority.policy(), keyring: world.authority.keyring, random: world.authority.random)
    #expect(try await world.tend(as: plain).count == 4)
    #expect(try await world.records().filter { $0.audience != nil }.map(\.state) == [.retired, .retired])
    #expect(!plain.lacksSecrets(try await world.records()))
    #expect(try await world.tend(as: plain) == [])
    world.test.clock.advance(by: KeySchedule.retiredLife)
    #expect(try await world.tend(as: plain).count == 2)
    #expect(try await world.records().allSatisfy { $0.audience == nil })
    // Asked for again, a new one is made.
    try await world.makeMissingSecrets()
    #expect(try await world.records().count == 6)
  }

  @Test func `every export is in the audit log, and nobody exports what is not there`() async throws {
    let world = try await SecretWorld()
    _ = try await world.export("orders")
    let events = try await world.test.storage.read { try $0.auditEvents(of: nil, before: nil, limit: 1) }
    #expect(events.first?.kind == .secretExported && events.first?.reason == "orders")
    for name in ["billing", "authority", "nothing", ""] {
      await #expect(throws: FixtureError.self) { try await world.export(name) }
    }
  }
}

extension JWK {
  /// An HMAC secret, as its JSON has it.
  fileprivate var secretText: String? {
    guard case .string(let text)? = privateJSON()["k"] else { return nil }
    return text
  }

  /// The key as JSON, under another name.
  fileprivate func named(_ keyID: String) -> JSON {
    [
      "kty": "oct", "kid": .string(keyID), "alg": "HS256", "k": secretText.map { .string($0) } ?? .null,
    ]
  }
}
