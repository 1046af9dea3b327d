package import JOSE
package import SignetAuthority

/// An authority for tests: a policy with two resources, a storage, a clock that stands still, and randomness
/// from a seed.
package struct TestAuthority: Sendable {
  package let authority: Authority
  package let storage: any AuthorityStorage
  package let clock: TestClock

  /// An authority over `storage`, which is left as it is: see ``initialise()``.
  package init(
    storage: any AuthorityStorage = MemoryStorage(), policy: AuthorityPolicy? = nil, seed: Seed = Seed(1),
    clock: TestClock = TestClock()
  ) throws {
    let random = SecureRandom.seeded(seed)
    authority = Authority(
      policy: try policy ?? Self.policy(), keyring: Keyring(from: random), random: random)
    self.storage = storage
    self.clock = clock
  }

  /// An authority over a new memory storage, ready to log people in.
  package static func initialised(
    storage: any AuthorityStorage = MemoryStorage(), policy: AuthorityPolicy? = nil, seed: Seed = Seed(1)
  ) async throws -> TestAuthority {
    let made = try TestAuthority(storage: storage, policy: policy, seed: seed)
    try await made.initialise()
    return made
  }

  package static let issuer = "https://id.example.com"
  package static let ordersAudience = "https://orders.example.com"
  package static let reportsAudience = "https://reports.example.com"
  package static let origin = RequestOrigin(
    requestID: "test-request", address: "127.0.0.1", userAgent: "test")

  /// Orders and reports; everybody reads orders, a `clerk` writes them, an `analyst` reads reports.
  package static func policy(
    accessTokenLifetime: Duration = .seconds(300), sessionIdleLimit: Duration = .seconds(3600),
    sessionAbsoluteLimit: Duration = .seconds(86_400), refreshGrace: Duration = .seconds(10),
    sessionsPerAccount: Int = 100, signingAlgorithm: SignatureAlgorithm = .es256
  ) throws -> AuthorityPolicy {
    guard let passwords = PasswordPolicy() else { throw FixtureError() }
    return try AuthorityPolicy(
      issuer: issuer, accessTokenLifetime: accessTokenLifetime, sessionIdleLimit: sessionIdleLimit,
      sessionAbsoluteLimit: sessionAbsoluteLimit, sessionsPerAccount: sessionsPerAccount,
      refreshGrace: refreshGrace, passwords: passwords,
      resources: [
        Resource(name: "orders", audience: ordersAudience, scopes: ["orders:read", "orders:write"]),
        Resource(name: "reports", audience: reportsAudience, scopes: ["reports:read"]),
      ],
      roles: ["clerk": ["orders:write"], "analyst": ["reports:read"]],
      defaultScopes: ["orders:read"], signingAlgorithm: signingAlgorithm)
  }

  /// A well-formed hash that no password has.
  package static func passwordHash(_ salt: String = "c2FsdHNhbHRzYWx0") throws -> PasswordHash {
    let text = "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$aGFzaGhhc2hoYXNoaGFzaGhhc2g"
    guard let hash = PasswordHash(encoded: text) else { throw FixtureError() }
    return hash
  }
}

/// A fixture that does not fit the domain any more.
package struct FixtureError: Error {
  package init() {}
}

extension TestAuthority {
  /// Makes the storage an authority's.
  package func initialise() async throws {
    let now = clock.now
    let settings = try authority.newSettings(at: now)
    let keys = try authority.generateFirstKeys(at: now)
    try await write { authority, tx, now in
      try authority.initialise(settings, keys: keys, origin: Self.origin, in: tx, at: now)
    }
  }

  /// One write, with the authority and the time at hand.
  package func write<Answer: Sendable>(
    _ body: @escaping @Sendable (Authority, any AuthorityWrites, Timestamp) throws -> Answer
  ) async throws -> Answer {
    let (authority, now) = (authority, clock.now)
    return try await storage.write { try body(authority, $0, now) }
  }

  /// Adds an account with a username and an unusable password hash.
  package func addAccount(_ name: String = "ada", roles: [String] = []) async throws -> Account {
    guard let username = Username(name) else { throw FixtureError() }
    let new = NewAccount(
      username: username, email: nil, displayName: name, roles: roles, passwordHash: try Self.passwordHash())
    let addition = try await write { authority, tx, now in
      try authority.addAccount(new, origin: Self.origin, in: tx, at: now)
    }
    guard case .added(let account) = addition else { throw FixtureError() }
    return account
  }

  /// What a login machine hands out for the right password of `account`, as it was read.
  package func authenticate(_ account: Account) throws -> AuthenticatedLogin {
    guard let password = Password("correct horse battery staple") else { throw FixtureError() }
    var login = Login(decoy: try Self.passwordHash())
    let name = account.username.map(LoginName.username)
    _ = login.step(.credentials(name: name, password: password), at: clock.now)
    _ = login.step(.accountFound(account), at: clock.now)
    guard case .complete(let done) = login.step(.passwordChecked(matches: true), at: clock.now) else {
      throw FixtureError()
    }
    return done
  }

  /// Logs `account` in.
  package func logIn(
    _ account: Account, request: SessionRequest = SessionRequest(origin: TestAuthority.origin)
  ) async throws -> IssuedTokens {
    let login = try authenticate(account)
    let opening = try await write { authority, tx, now in
      try authority.openSession(for: login, request: request, in: tx, at: now)
    }
    guard case .opened(let tokens) = opening else { throw FixtureError() }
    return tokens
  }

  /// Presents the text of a refresh token.
  package func refresh(
    _ text: String, retryKey: String? = nil, client: ClientID = .firstParty,
    senderKey: [UInt8]? = nil, narrowing: GrantNarrowing = .whole,
    origin: RequestOrigin = TestAuthority.origin
  ) async throws -> RefreshOutcome {
    guard let token = RefreshToken(text, keyring: authority.keyring) else { throw FixtureError() }
    let request = RefreshRequest(
      token: token, client: client, retryKey: retryKey.flatMap(RetryKey.init), senderKey: senderKey,
      narrowing: narrowing, origin: origin)
    return try await write { authority, tx, now in
      try authority.refresh(request, in: tx, at: now)
    }
  }
}
