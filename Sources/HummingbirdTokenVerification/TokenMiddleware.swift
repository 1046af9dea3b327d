public import Hummingbird
public import JOSE
internal import Logging
internal import Metrics
public import TokenVerification

/// Lets a request pass when it carries exactly one good access token, and tells the context whom it speaks
/// for.
///
/// The check is a local computation over the keys and the revocations that this process holds; only a token
/// with an unknown `kid` may wait, for at most one fetch of keys.
public struct TokenMiddleware<Context: TokenRequestContext>: RouterMiddleware {
  /// What becomes of a request without credentials.
  public enum Presence: Hashable, Sendable {
    /// It is refused.
    case required
    /// It passes, without a principal. A token that is there must be good all the same.
    case optional
  }

  private let verifier: TokenVerifier
  private let cache: SharedTokenCache?
  private let keys: KeyReading
  private let revocations: RevocationState
  private let sources: CredentialSources
  private let presence: Presence
  private let clock: @Sendable () -> Timestamp
  private let counts: Counts

  /// A middleware that checks tokens with `verifier`.
  /// - Parameters:
  ///   - verifier: what is expected of a token.
  ///   - keys: the issuer's keys, such as ``RemoteKeys``.
  ///   - revocations: what the issuer has taken back; ``RevocationState/none`` when that cannot be known.
  ///   - sources: where the token may stand.
  ///   - presence: whether there must be one.
  ///   - rememberedTokens: about how many good tokens are remembered, so that their signatures are checked
  ///     once; each takes about 2.5 KB. 0: every signature is checked every time.
  ///   - clock: the time to which tokens are held.
  public init(
    verifier: TokenVerifier, keys: any KeySource, revocations: RevocationState,
    sources: CredentialSources = .authorizationField, presence: Presence = .required,
    rememberedTokens: Int = 4_096,
    clock: @escaping @Sendable () -> Timestamp = SystemClock.now
  ) {
    self.verifier = verifier
    cache =
      rememberedTokens > 0 ? SharedTokenCache(verifier: verifier, capacity: rememberedTokens) : nil
    self.keys = KeyReading(keys)
    self.revocations = revocations
    self.sources = sources
    self.presence = presence
    self.clock = clock
    counts = Counts(revocations.staleness)
  }

  /// A middleware that checks tokens of `issuer`, with its keys and against its revocations.
  /// - Parameters:
  ///   - issuer: the issuer; it has to run, among the application's services.
  ///   - sources: where the token may stand.
  ///   - presence: whether there must be one.
  ///   - rememberedTokens: as in the other initializer.
  public init(
    issuer: RemoteIssuer, sources: CredentialSources = .authorizationField, presence: Presence = .required,
    rememberedTokens: Int = 4_096
  ) {
    self.init(
      verifier: issuer.verifier, keys: issuer.keys, revocations: issuer.revocations, sources: sources,
      presence: presence, rememberedTokens: rememberedTokens)
  }

  public func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    // Two credentials are a malformed request (RFC 6750 §3.1: 400), not a missing one: whoever sends two must
    // learn that neither was chosen.
    switch sources.credential(in: request.headers) {
    case .none where presence == .optional: return try await next(request, context)
    case .none: return refuse(.missingCredentials, context)
    case .several: return refuse(.severalCredentials, context)
    case .malformed: return refuse(.malformedCredentials, context)
    case .token(let token):
      switch await check(token, of: request) {
      case .success(let principal):
        var context = context
        context.principal = principal
        return try await next(request, context)
      case .failure(let rejection): return refuse(rejection, context)
      }
    }
  }

  /// Checks the token, with one look for new keys if its own is unknown.
  private func check(_ token: [UInt8], of request: Request) async -> Result<Principal, Rejection> {
    let look = revocations.look()
    switch verify(token, keys: keys, revocations: look) {
    case .allow(let principal):
      counts.hits.increment()
      return admit(principal, after: look)
    case .deny(let rejection): return .failure(rejection)
    case .needsKeys(let keyID):
      counts.misses.increment()
      let refreshed = await TraceContext.$current.withValue(TraceContext(request.headers)) {
        await keys.source.snapshot(afterMissing: keyID)
      }
      let look = revocations.look()
      switch verify(token, keys: KeyReading(FixedKeys(refreshed)), revocations: look) {
      case .allow(let principal): return admit(principal, after: look)
      case .deny(let rejection): return .failure(rejection)
      case .needsKeys: return .failure(refreshed.epoch == 0 ? .keysUnavailable : .unknownKey(keyID))
      }
    }
  }

  /// Whoever has shown a good token, unless it may have been revoked without this process's knowing.
  private func admit(_ principal: Principal, after look: RevocationLook) -> Result<Principal, Rejection> {
    if look.isFresh { return .success(principal) }
    guard revocations.staleness.answer == .accept else { return .failure(.revocationsStale) }
    counts.staleAcceptances?.increment()
    return .success(principal)
  }

  private func verify(_ token: [UInt8], keys: KeyReading, revocations: RevocationLook) -> Verdict {
    let now = clock()
    guard let cache else {
      return verifier.verify(token, keys: keys.source.snapshot, revocations: revocations.view, at: now)
    }
    return cache.verify(token, keys: keys, revocations: revocations, at: now)
  }

  private func refuse(_ rejection: Rejection, _ context: Context) -> Response {
    rejection.record(in: context.logger)
    return rejection.response()
  }
}

/// Made once: to ask for a counter costs more than to count.
private struct Counts: Sendable {
  /// How often the key of a token was at hand.
  let hits = Counter(label: "token_verification_key_lookups", dimensions: [("outcome", "hit")])
  let misses = Counter(label: "token_verification_key_lookups", dimensions: [("outcome", "miss")])
  /// Good tokens that passed although the revocations were stale; nil where none does.
  let staleAcceptances: Counter?

  init(_ staleness: StalenessPolicy) {
    staleAcceptances =
      staleness.answer == .accept ? Counter(label: "token_verification_stale_acceptances") : nil
  }
}
