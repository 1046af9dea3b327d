import JOSE
import SignetTesting
import Testing

@testable import TokenVerification

@Suite struct VerifiedTokenCacheTests {
  private let issuer: TestIssuer
  private let keys: KeySnapshot
  private var cache: VerifiedTokenCache
  private static let now = TestClock.start
  private static let view = RevocationView(epoch: "epoch")

  init() throws {
    issuer = try TestIssuer()
    keys = try issuer.snapshot()
    cache = VerifiedTokenCache(verifier: try issuer.verifier(), capacity: 16)
  }

  private mutating func verdict(
    _ token: String, keys: KeySnapshot? = nil, revocations: RevocationView = view, at now: Timestamp = now
  ) -> Verdict {
    cache.verify(Array(token.utf8), keys: keys ?? self.keys, revocations: revocations, at: now)
  }

  private func revoking(_ kind: RevocationSubject.Kind, _ id: String) -> RevocationView {
    let entry = RevocationEntry(
      sequence: 8, subject: RevocationSubject(kind, id: id, issuer: issuer.issuer),
      ignoresPosition: kind == .key || kind == .token, expiresAt: Self.now + .seconds(600))
    return Self.view.applying([entry], at: Self.now)
  }

  @Test mutating func `T14 a token is remembered by all of its bytes`() throws {
    let token = try issuer.token()
    #expect(verdict(token).principal?.subject == "ada")
    // Another payload under the same signature, another signature under the same payload, a byte more.
    let other = try issuer.token(["sub": "eve"])
    let parts = (token.split(separator: "."), other.split(separator: "."))
    for forged in [
      "\(parts.1[0]).\(parts.1[1]).\(parts.0[2])", "\(parts.0[0]).\(parts.0[1]).\(parts.1[2])", token + "A",
    ] {
      #expect(verdict(forged).rejection != nil)
    }
    #expect(verdict(token).principal?.subject == "ada")
  }

  @Test mutating func `T14 what is remembered ends with exp, and counts from nbf`() throws {
    let token = try issuer.token(["nbf": .integer(Self.now.seconds)])
    #expect(verdict(token).principal != nil)
    #expect(verdict(token, at: Self.now + .milliseconds(299_999)).principal != nil)
    #expect(verdict(token, at: Self.now + .seconds(300)).rejection?.reason.rawValue == "expired")
    // The clock has been set back, to before the token counted.
    #expect(verdict(token).principal != nil)
    #expect(verdict(token, at: Self.now - .seconds(1)).rejection != nil)
  }

  @Test mutating func `T14 a token dies with its key, and with other keys of the same epoch`() throws {
    let token = try issuer.token()
    #expect(verdict(token).principal != nil)
    guard case .needsKeys(keyID: "k1") = verdict(token, keys: .empty) else {
      Issue.record("a key that nobody has any longer lets somebody in")
      return
    }
    #expect(verdict(token).principal != nil)
    // A snapshot of another source, with a key of the same name and the same epoch.
    let stranger = try TestIssuer().snapshot()
    #expect(stranger.epoch == keys.epoch)
    #expect(verdict(token, keys: stranger).rejection?.reason.rawValue == "invalid_signature")
  }

  @Test(arguments: [
    (RevocationSubject.Kind.session, "s1"), (.account, "ada"), (.client, "shop"), (.key, "k1"),
    (.token, "t1"),
    (.issuer, ""),
  ])
  mutating func `T14 a token dies with its revocation`(kind: RevocationSubject.Kind, id: String) throws {
    let token = try issuer.token()
    #expect(verdict(token).principal != nil)
    let near = revoking(kind, id + "x")
    #expect(verdict(token, revocations: near).principal != nil)
    #expect(verdict(token, revocations: revoking(kind, id)).rejection == .revoked)
    // Another life of the log.
    #expect(verdict(token).principal != nil)
    #expect(verdict(token, revocations: RevocationView(epoch: "other")).rejection == .revoked)
  }

  @Test mutating func `T14 another policy has another cache, and refused tokens are not remembered`() throws {
    let token = try issuer.token()
    #expect(verdict(token).principal != nil)
    var strict = VerifiedTokenCache(
      verifier: TokenVerifier(
        policy: try VerificationPolicy(
          issuer: issuer.issuer, audience: "https://reports.example.com", algorithms: [.es256])))
    let refused = strict.verify(Array(token.utf8), keys: keys, revocations: Self.view, at: Self.now)
    #expect(refused.rejection?.reason.rawValue == "audience_mismatch")
    #expect(strict.count == 0)
    #expect(cache.count == 1)
  }

  @Test mutating func `it holds no more than it may, and forgets what was used least lately`() throws {
    #expect(VerifiedTokenCache(verifier: try issuer.verifier(), capacity: 0).capacity == 4)
    #expect(VerifiedTokenCache(verifier: try issuer.verifier(), capacity: 5).capacity == 8)
    var small = VerifiedTokenCache(verifier: try issuer.verifier(), capacity: 4)
    let tokens = try (0..<6).map { Array(try issuer.token(["jti": .string("t\($0)")]).utf8) }
    for token in tokens.prefix(4) {
      _ = small.verify(token, keys: keys, revocations: Self.view, at: Self.now)
    }
    _ = small.verify(tokens[0], keys: keys, revocations: Self.view, at: Self.now)
    _ = small.verify(tokens[4], keys: keys, revocations: Self.view, at: Self.now)
    #expect(small.count == 4)
    #expect(small.holds(tokens[0]) && !small.holds(tokens[1]) && small.holds(tokens[4]))
    let large = Array(try issuer.token(["x": .string(String(repeating: "x", count: 2_000))]).utf8)
    let verdict = small.verify(large, keys: keys, revocations: Self.view, at: Self.now)
    #expect(verdict.principal != nil && !small.holds(large))
  }

  /// Whatever comes in whatever order, the cache says what the verifier says.
  @Test mutating func `it never differs from the verifier`() throws {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    let two = try TestIssuer(keyIDs: ["k1", "k2"])
    let verifier = try two.verifier(leeway: .seconds(5))
    var cache = VerifiedTokenCache(verifier: verifier, capacity: 8)
    let tokens = try (0..<24).map { number in
      let text = try two.token(
        [
          "jti": .string("t\(number % 12)"), "sid": .string("s\(number % 5)"),
          "rv": .string("epoch.\(number % 7)"),
        ],
        key: two.keys[number % 2], at: Self.now + .seconds(number * 20))
      return Array(number % 6 == 5 ? (text.dropLast(3) + "AAA").utf8 : text.utf8)
    }
    let snapshots = [try two.snapshot(), try two.snapshot(epoch: 2), .empty]
    var (view, sequence) = (Self.view, Int64(0))
    for _ in 0..<1_500 {
      let now = Self.now + .seconds(Int.random(in: -30...900, using: &generator))
      if Int.random(in: 0..<20, using: &generator) == 0 {
        sequence += 1
        let id = "s\(Int.random(in: 0..<5, using: &generator))"
        let entry = RevocationEntry(
          sequence: sequence, subject: RevocationSubject(.session, id: id, issuer: two.issuer),
          ignoresPosition: false, expiresAt: now + .seconds(60))
        view = sequence % 30 == 0 ? Self.view : view.applying([entry], at: now)
      }
      let token = try #require(tokens.randomElement(using: &generator))
      let snapshot = try #require(snapshots.randomElement(using: &generator))
      let (expected, answer) = (
        verifier.verify(token, keys: snapshot, revocations: view, at: now),
        cache.verify(token, keys: snapshot, revocations: view, at: now)
      )
      #expect("\(expected.summary)" == "\(answer.summary)", seed.comment)
    }
  }
}

extension Verdict {
  /// What it says, to be compared.
  fileprivate var summary: String {
    switch self {
    case .allow(let principal): "\(principal.tokenID) \(principal.subject)"
    case .deny(let rejection): "\(rejection)"
    case .needsKeys(let keyID): "needs \(keyID)"
    }
  }
}
