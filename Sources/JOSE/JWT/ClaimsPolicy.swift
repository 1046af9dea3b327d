/// What a verifier expects of a JWT.
///
/// It cannot be built without an issuer, an audience, a `typ` and algorithms. An expectation that is named is
/// a claim that is required; comparison is byte for byte, but for `typ`, whose case does not matter.
public struct ClaimsPolicy: Sendable {
  /// What `iss` must be.
  public let issuer: String
  /// What `aud` must be, or hold.
  public let audience: String
  /// What `typ` must be, without an `application/` in front.
  public let type: String
  /// The algorithms that are accepted.
  public let algorithms: Set<SignatureAlgorithm>
  /// How far the issuer's clock may differ from this one, 0 to 60 s.
  public let leeway: Duration
  /// How long ago a token may have been issued; nil sets no limit.
  public let maximumAge: Duration?
  /// Claims that must be there, and not be `null`, beyond `iss` and `aud`.
  public let requiredClaims: Set<String>

  /// The most that a policy may forgive a clock.
  public static let maximumLeeway: Duration = .seconds(60)

  /// A policy.
  /// - Parameters:
  ///   - issuer: what `iss` must be; not empty.
  ///   - audience: what `aud` must be, or hold; not empty.
  ///   - type: what the header's `typ` must be; not empty. Compared as a media type: the case of letters does
  ///     not matter, and `application/` may stand in front on either side (RFC 7515 §4.1.9). A token without
  ///     `typ` is refused.
  ///   - algorithms: at least one.
  ///   - leeway: 0 to 60 s; 0 by default.
  ///   - maximumAge: how long ago a token may have been issued; more than 0. When it is set, `iat` is
  ///     required.
  ///   - requiredClaims: claims that must be there, and not be `null`. `iss` and `aud` always must;
  ///     `exp` must, unless `maximumAge` bounds the token's life instead.
  /// - Throws: ``JOSEError`` with code `invalid_policy`.
  public init(
    issuer: String, audience: String, type: String, algorithms: Set<SignatureAlgorithm>,
    leeway: Duration = .zero, maximumAge: Duration? = nil, requiredClaims: Set<String> = []
  ) throws(JOSEError) {
    guard !issuer.isEmpty else { throw JOSEError(.invalidPolicy, "the issuer is empty") }
    guard !audience.isEmpty else { throw JOSEError(.invalidPolicy, "the audience is empty") }
    guard !MediaType(type).subtype.isEmpty else { throw JOSEError(.invalidPolicy, "the type is empty") }
    guard !algorithms.isEmpty else { throw JOSEError(.invalidPolicy, "no algorithm is allowed") }
    guard leeway >= .zero, leeway <= Self.maximumLeeway else {
      throw JOSEError(.invalidPolicy, "the leeway is not from 0 to 60 s")
    }
    guard maximumAge.map({ $0 > .zero }) ?? true else {
      throw JOSEError(.invalidPolicy, "the maximum age is not more than 0")
    }
    self.issuer = issuer
    self.audience = audience
    self.type = type
    self.algorithms = algorithms
    self.leeway = leeway
    self.maximumAge = maximumAge
    self.requiredClaims = requiredClaims
    self.requirements = requiredClaims.map { RequiredClaim(name: $0, isText: false) }
    self.mediaType = MediaType(type)
    self.issuerBytes = Array(issuer.utf8)
    self.audienceBytes = Array(audience.utf8)
    self.times = TimeLimits(leewayMilliseconds: leeway.wholeMilliseconds, maximumAge: maximumAge)
  }

  private let mediaType: MediaType
  private let issuerBytes: [UInt8]
  private let audienceBytes: [UInt8]
  private var requirements: [RequiredClaim]

  /// What it says of times.
  package let times: TimeLimits
}

// MARK: - The checks

extension ClaimsPolicy {
  /// Checks what stands in the header: the algorithm, `typ`, and that the payload is encoded.
  func check(_ header: JWSHeader) throws(JOSEError) {
    guard algorithms.contains(header.algorithm) else {
      throw JOSEError(.unsupportedAlgorithm, "\(header.algorithm.rawValue) is not allowed here")
    }
    guard let type = header.type, isExpected(type) else {
      throw JOSEError(.typeMismatch, "typ is not \(self.type)")
    }
    guard header.isPayloadEncoded else {
      throw JOSEError(.criticalHeader, "a JWT with b64 = false (RFC 7797 §7)")
    }
  }

  /// Nearly every token spells its type as the policy does.
  private func isExpected(_ type: String) -> Bool {
    type.utf8.span.elementsEqual(self.type.utf8.span) || MediaType(type) == mediaType
  }

  /// Checks the claims.
  func check(_ claims: Claims, at now: Timestamp) throws(JOSEError) {
    guard claims.hasIssuer else { throw Self.missing("iss") }
    guard claims.isIssued(by: issuerBytes.span) else {
      throw JOSEError(.issuerMismatch, "iss is not \(issuer)")
    }
    guard claims.hasAudience else { throw Self.missing("aud") }
    guard claims.isFor(audienceBytes.span) else {
      throw JOSEError(.audienceMismatch, "aud does not hold \(audience)")
    }
    for claim in requirements { try claim.check(claims.json) }
    try times.checkTimes(ClaimTimes(claims), at: now)
  }

  @inline(never)
  fileprivate static func missing(_ name: String) -> JOSEError {
    JOSEError(.missingClaim, "\(name) is missing")
  }
}

extension ClaimsPolicy {
  /// The policy, for which those of its required claims are strings that are not empty.
  func requiringText(of names: [String]) -> ClaimsPolicy {
    var policy = self
    policy.requirements = requirements.map { RequiredClaim(name: $0.name, isText: names.contains($0.name)) }
    return policy
  }
}

/// A claim that must be there.
private struct RequiredClaim: Sendable {
  let name: String
  /// Whether it names something: a string that is not empty.
  let isText: Bool

  func check(_ claims: ParsedJSON) throws(JOSEError) {
    guard let place = claims.place(of: name) else { throw ClaimsPolicy.missing(name) }
    guard isText ? claims.hasText(at: place) : !claims.hasNull(at: place) else { throw malformed }
  }

  private var malformed: JOSEError {
    JOSEError(.malformedClaim, isText ? "\(name) is no string, or empty" : "\(name) is null")
  }
}

/// What a policy says of times. It holds no reference: whoever asks at each use of a token keeps a copy, and
/// no count is shared between threads.
package struct TimeLimits: Sendable {
  /// How far the issuer's clock may differ; counted once, for a `Duration` has 128 bits.
  fileprivate let leewayMilliseconds: Int64
  fileprivate let maximumAge: Duration?

  /// Whether claims with these times, which have passed every check before, still pass now.
  package func isInTime(_ times: ClaimTimes, at now: Timestamp) -> Bool {
    do throws(JOSEError) {
      try checkTimes(times, at: now)
      return true
    } catch {
      return false
    }
  }

  fileprivate func checkTimes(_ claims: ClaimTimes, at now: Timestamp) throws(JOSEError) {
    if let expiresAt = claims.expiresAt {
      guard now < expiresAt.later(byMilliseconds: leewayMilliseconds) else {
        throw JOSEError(.expired, "exp has passed \(Self.seconds(now - expiresAt)) s ago")
      }
    } else if maximumAge == nil {
      throw ClaimsPolicy.missing("exp")
    }
    let latest = now.later(byMilliseconds: leewayMilliseconds)
    if let notBefore = claims.notBefore, notBefore > latest {
      throw JOSEError(.notYetValid, "nbf lies \(Self.seconds(notBefore - now)) s ahead")
    }
    if let issuedAt = claims.issuedAt, issuedAt > latest {
      throw JOSEError(.issuedInFuture, "iat lies \(Self.seconds(issuedAt - now)) s ahead")
    }
    guard let maximumAge else { return }
    guard let issuedAt = claims.issuedAt else { throw ClaimsPolicy.missing("iat") }
    guard now <= (issuedAt + maximumAge).later(byMilliseconds: leewayMilliseconds) else {
      throw JOSEError(.tooOld, "iat lies \(Self.seconds(now - issuedAt)) s back; \(maximumAge) is allowed")
    }
  }

  private static func seconds(_ duration: Duration) -> Int64 {
    duration.components.seconds
  }
}

/// When claims count: `exp`, `nbf` and `iat` (RFC 7519 §4.1.4 to §4.1.6).
package struct ClaimTimes: Sendable {
  let expiresAt: Timestamp?
  let notBefore: Timestamp?
  let issuedAt: Timestamp?

  /// The times of `claims`.
  package init(_ claims: Claims) {
    expiresAt = claims.expiresAt
    notBefore = claims.notBefore
    issuedAt = claims.issuedAt
  }
}
