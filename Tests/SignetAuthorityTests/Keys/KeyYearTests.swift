import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// A year of scheduled rotations, with everything that delays them, and a verifier that fetches the key set
/// once an hour.
@Suite struct KeyYearTests {
  @Test(arguments: [1, 30])
  func `the publish-ahead of a year of rotations leaves a verifier no unknown key`(
    intervalDays: Int64
  ) async throws {
    let seed = Seed.fromEnvironment()
    var year = try await KeyYear(interval: .seconds(intervalDays * 86_400), seed: seed)
    let end = TestClock.start + .seconds(366 * 86_400)
    while year.now < end { try await year.step() }
    try await year.finish()
    // Down for days, late upkeep and turned-away keys cost some of them, and the schedule keeps the others.
    let rotations = year.signers.count - 1
    #expect((366 / intervalDays / 4...366 / intervalDays).contains(Int64(rotations)), seed.comment)
    #expect(year.verified > 3_000, seed.comment)
    #expect(year.discarded > 0 && year.downtimes > 5, seed.comment)
  }
}

/// The world of that year: an authority that is up or down, and a verifier elsewhere.
private struct KeyYear {
  private let test: TestAuthority
  private let seed: Seed
  private let interval: Duration
  private var authority: Authority
  private var random: SplitMix64
  private var cache: KeyCache
  private var live: [(token: String, keyID: String, expiry: Timestamp)] = []
  private var opened: SigningKeys?
  private var turn: Timestamp?
  private var downUntil: Timestamp?
  private var seen: Set<String> = []
  private var gone: Set<String> = []

  private(set) var signers: Set<String> = []
  private(set) var verified = 0
  private(set) var discarded = 0
  private(set) var downtimes = 0

  var now: Timestamp { test.clock.now }

  init(interval: Duration, seed: Seed) async throws {
    self.interval = interval
    self.seed = seed
    test = try await TestAuthority.initialised(policy: try Self.policy(.es256, interval), seed: seed)
    authority = test.authority
    random = seed.generator()
    cache = KeyCache(algorithms: Self.algorithms)
  }

  private static let algorithms: Set<SignatureAlgorithm> = [.es256, .edDSA]

  /// Tokens live for as long as any may.
  private static func policy(
    _ algorithm: SignatureAlgorithm, _ interval: Duration
  ) throws -> AuthorityPolicy {
    try AuthorityPolicy(
      issuer: TestAuthority.issuer, accessTokenLifetime: AuthorityPolicy.longestAccessTokenLifetime,
      passwords: try #require(PasswordPolicy()), signingAlgorithm: algorithm, keyRotationInterval: interval)
  }

  /// Ten minutes to an hour of the year, and a little.
  mutating func step() async throws {
    test.clock.advance(by: .seconds(Int64.random(in: 600...3_600, using: &random)))
    if downUntil == nil, chance(600) {
      downUntil = now + .seconds(Int64.random(in: 3_600...6 * 86_400, using: &random))
      downtimes += 1
    }
    let isUp = downUntil.map { $0 <= now } ?? true
    if isUp { downUntil = nil }
    // Operators turn away from a key at the worst moment: when it is about to sign.
    if isUp, chance(isTurn ? 2 : 300) { try changeAlgorithm() }
    // Upkeep comes late, or twice before anybody fetches the keys.
    for _ in 0..<Int.random(in: 0...2, using: &random) where isUp {
      try await upkeep()
      test.clock.advance(by: .seconds(300))
    }
    try await refreshKeys(isUp: isUp)
    if isUp, chance(3) { try await mint() }
    try checkTokens()
  }

  /// After the last token has expired nothing of a removed key is left.
  mutating func finish() async throws {
    var stored: [SigningKeyRecord] = []
    // A key may retire in the last upkeep of all: then it has its life before it.
    for _ in 0..<6 where stored.count != 2 {
      test.clock.advance(by: KeySchedule.retiredLife)
      try await upkeep()
      test.clock.advance(by: KeySchedule.retiredLife)
      try await upkeep()
      stored = try await test.storage.read { try $0.signingKeys() }
    }
    #expect(stored.count == 2, seed.comment)
    #expect(gone.isDisjoint(with: stored.map(\.keyID)), seed.comment)
    #expect(seen.subtracting(stored.map(\.keyID)) == gone, seed.comment)
  }

  /// Whether the key ahead is about to sign, or overdue.
  private var isTurn: Bool { turn.map { $0 - now < .seconds(900) } ?? false }

  private mutating func changeAlgorithm() throws {
    let algorithm: SignatureAlgorithm = authority.policy.signingAlgorithm == .es256 ? .edDSA : .es256
    authority = Authority(
      policy: try Self.policy(algorithm, interval), keyring: authority.keyring, random: authority.random)
  }

  private mutating func upkeep() async throws {
    let (authority, now) = (authority, now)
    let due = try await test.storage.read { tx in
      KeySchedule(try tx.signingKeys(), policy: authority.policy).steps(at: now)
    }
    let fresh = due.contains(.makeNext) ? try authority.generateKey(at: now) : nil
    let (before, steps, after) = try await test.storage.write { tx in
      let before = try tx.signingKeys()
      let steps = try authority.tendKeys(adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
      return (before, steps, try tx.signingKeys())
    }
    if !steps.isEmpty { opened = nil }
    turn = after.last.flatMap { KeySchedule(after, policy: authority.policy).activation(of: $0) }
    seen.formUnion(before.map(\.keyID) + after.map(\.keyID))
    #expect(after.count { $0.state == .active } == 1 && after.count { $0.state == .next } == 1, seed.comment)
    for step in steps {
      switch step {
      case .discard(let keyID):
        discarded += 1
        gone.insert(keyID)
      case .remove(let keyID):
        #expect(
          !live.contains { $0.keyID == keyID && $0.expiry > now }, "\(keyID) went before its tokens; \(seed)")
        gone.insert(keyID)
      default: break
      }
    }
    #expect(gone.isDisjoint(with: after.map(\.keyID)), "a key came back; \(seed)")
  }

  /// The verifier's own machine decides when to fetch; the issuer says that an hour is fine.
  private mutating func refreshKeys(isUp: Bool) async throws {
    guard cache.refreshIsDue(at: now) else { return }
    guard isUp else { return cache.fetchFailed(at: now) }
    let published = try await keys().published.json()
    cache.fetchSucceeded(try JWKSet(parsing: published.encoded()), maximumAge: .seconds(3_600), at: now)
  }

  private mutating func mint() async throws {
    let keys = try await keys()
    let keyID = try #require(keys.signer.keyID)
    let expiry = now + authority.policy.accessTokenLifetime
    let claims: JSON = [
      "iss": .string(TestAuthority.issuer), "sub": "ada", "aud": .string(TestAuthority.ordersAudience),
      "exp": .integer(expiry.seconds), "iat": .integer(now.seconds), "jti": "t", "client_id": "signet",
    ]
    live.append((try JWT.sign(claims, type: "at+jwt", with: keys.signer), keyID, expiry))
    signers.insert(keyID)
  }

  /// Every token that has not expired is accepted, by the keys that the verifier holds without asking.
  private mutating func checkTokens() throws {
    let now = now
    live.removeAll { $0.expiry <= now }
    let snapshot = cache.snapshot(at: now)
    // An issuer that was away for longer than its keys are believed has nothing to be verified by.
    guard !snapshot.isEmpty else { return }
    let verifier = TokenVerifier(
      policy: try VerificationPolicy(
        issuer: TestAuthority.issuer, audience: TestAuthority.ordersAudience, algorithms: Self.algorithms))
    for (token, keyID, _) in live {
      let verdict = verifier.verify(Array(token.utf8), keys: snapshot, revocations: .empty, at: now)
      guard case .allow = verdict else {
        Issue.record(
          "day \((now - TestClock.start).components.seconds / 86_400), \(keyID): \(verdict); \(seed)")
        return
      }
      verified += 1
    }
  }

  /// The keys as they stand since the last change.
  private mutating func keys() async throws -> SigningKeys {
    if let opened { return opened }
    let keys = try authority.signingKeys(from: try await test.storage.read { try $0.signingKeys() })
    opened = keys
    return keys
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
}
