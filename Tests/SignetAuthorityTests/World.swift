import JOSE
import SignetAuthority
import SignetTesting
import Synchronization
import Testing
import TokenVerification

/// An authority over the memory model, with a verifier beside it that hears every revocation.
struct World: Sendable {
  let test: TestAuthority
  private let heard: Heard

  private final class Heard: Sendable {
    let entries = Mutex<[RevocationEntry]>([])
  }

  init(policy: AuthorityPolicy? = nil) async throws {
    let heard = Heard()
    let storage = MemoryStorage { new in heard.entries.withLock { $0 += new } }
    test = try await TestAuthority.initialised(storage: storage, policy: policy)
    self.heard = heard
  }

  var authority: Authority { test.authority }
  var clock: TestClock { test.clock }
  var revocations: [RevocationEntry] { heard.entries.withLock { $0 } }

  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await test.storage.read(body)
  }

  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (Authority, any AuthorityWrites, Timestamp) throws -> Answer
  ) async throws -> Answer {
    try await test.write(body)
  }

  /// Whether the orders API accepts the access token now, with all revocations heard.
  func isAccepted(_ tokens: IssuedTokens) async throws -> Bool {
    let (records, settings) = try await read { (try $0.signingKeys(), try $0.settings()) }
    let keys = try authority.signingKeys(from: records)
    let text = try JWT.sign(tokens.accessToken.claims, type: "at+jwt", with: keys.signer)
    let policy = try VerificationPolicy(
      issuer: TestAuthority.issuer, audience: TestAuthority.ordersAudience, algorithms: [.es256])
    let snapshot = KeySnapshot(epoch: 1, keys: keys.published, algorithms: policy.algorithms)
    let view = RevocationView(epoch: try #require(settings).revocationEpoch)
      .applying(revocations, at: clock.now)
    let verdict = TokenVerifier(policy: policy)
      .verify(Array(text.utf8), keys: snapshot, revocations: view, at: clock.now)
    guard case .allow(let principal) = verdict else { return false }
    return principal.subject == tokens.account.id.description
  }

  /// What the audit log says, oldest first: `kind` or `kind: reason`.
  func auditLines(of account: AccountID? = nil) async throws -> [String] {
    try await read { try $0.auditEvents(of: account, before: nil, limit: 1000) }.reversed()
      .map { $0.reason.isEmpty ? $0.kind.rawValue : "\($0.kind.rawValue): \($0.reason)" }
  }

  func session(_ id: SessionID) async throws -> Session? {
    try await read { try $0.session(id) }
  }

  /// Ends a session as its owner does.
  func logOut(_ tokens: IssuedTokens) async throws -> Bool {
    try await write { authority, tx, now in
      try authority.endSession(
        tokens.session.id, of: tokens.account.id, cause: .logout, origin: TestAuthority.origin, in: tx,
        at: now)
    }
  }

  func disable(_ account: Account) async throws -> Int? {
    try await write { authority, tx, now in
      try authority.disableAccount(account.id, origin: TestAuthority.origin, in: tx, at: now)
    }
  }
}

extension RefreshOutcome {
  /// The tokens of a renewal; nil for a refusal.
  var tokens: IssuedTokens? {
    if case .renewed(let tokens, _) = self { tokens } else { nil }
  }

  var denial: RefreshDenial? {
    if case .refused(let denial) = self { denial } else { nil }
  }

  var isRetry: Bool? {
    if case .renewed(_, let isRetry) = self { isRetry } else { nil }
  }
}

extension SessionOpening {
  var tokens: IssuedTokens? {
    if case .opened(let tokens) = self { tokens } else { nil }
  }

  var denial: LoginDenial? {
    if case .denied(let denial) = self { denial } else { nil }
  }
}

extension UnsignedAccessToken {
  func claim(_ name: String) -> JSON? { claims[name] }
}
