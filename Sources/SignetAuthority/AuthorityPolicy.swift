package import JOSE

/// What an operator decides: lifetimes, resources, roles. A policy that exists is consistent.
package struct AuthorityPolicy: Sendable {
  /// The `iss` of every token, and the base of every link: `https://id.example.com`, without a slash at the
  /// end.
  package let issuer: String
  /// 30 seconds to 1 hour; 5 minutes by default.
  package let accessTokenLifetime: Duration
  /// A session that is not refreshed for this long has ended.
  package let sessionIdleLimit: Duration
  /// A session ends this long after its login, whatever happens.
  package let sessionAbsoluteLimit: Duration
  /// How many sessions an account may have at a time, 1 to 10,000: a login beyond ends the oldest.
  package let sessionsPerAccount: Int
  /// How long after a rotation the previous refresh token still gets the same successor; 0 to 60 s.
  package let refreshGrace: Duration
  package let passwords: PasswordPolicy
  package let throttling: ThrottlePolicy
  /// How long an audit event is kept; 30 days or more, 400 by default.
  package let auditRetention: Duration
  /// What tokens can be for, by audience; the authority's own API, whose audience is the issuer, is always
  /// one.
  package let resources: [Resource]
  /// Role → the scopes that it gives.
  package let roles: [String: Set<String>]
  /// Scopes that every account has.
  package let defaultScopes: Set<String>
  package let signingAlgorithm: SignatureAlgorithm
  /// How long a key is published before it signs, 24 hours to 366 days: longer than any verifier caches the
  /// key set.
  package let keyPublishAhead: Duration
  /// How long a key signs before the next one takes its place; at least as long as the next is published.
  package let keyRotationInterval: Duration

  /// A policy.
  /// - Throws: ``PolicyError`` that names the setting and what it may be.
  package init(
    issuer: String,
    accessTokenLifetime: Duration = .seconds(300),
    sessionIdleLimit: Duration = .seconds(30 * 86_400),
    sessionAbsoluteLimit: Duration = .seconds(180 * 86_400),
    sessionsPerAccount: Int = 100,
    refreshGrace: Duration = .seconds(10),
    passwords: PasswordPolicy,
    throttling: ThrottlePolicy = .standard,
    auditRetention: Duration = .seconds(400 * 86_400),
    resources: [Resource] = [],
    roles: [String: Set<String>] = [:],
    defaultScopes: Set<String> = [],
    signingAlgorithm: SignatureAlgorithm = .es256,
    keyPublishAhead: Duration = .seconds(86_400),
    keyRotationInterval: Duration = .seconds(90 * 86_400)
  ) throws(PolicyError) {
    try Self.checkIssuer(issuer)
    try Self.check(
      accessTokenLifetime, within: .seconds(30)...Self.longestAccessTokenLifetime, "tokens.access-lifetime")
    try Self.check(
      sessionAbsoluteLimit, within: .seconds(60) ... .seconds(731 * 86_400), "sessions.absolute-limit")
    try Self.check(sessionIdleLimit, within: .seconds(60)...sessionAbsoluteLimit, "sessions.idle-limit")
    guard (1...10_000).contains(sessionsPerAccount) else {
      throw PolicyError(setting: "sessions.per-account", problem: "must be from 1 to 10000")
    }
    try Self.check(refreshGrace, within: .zero ... .seconds(60), "sessions.refresh-grace")
    try Self.check(
      auditRetention, within: .seconds(30 * 86_400) ... .seconds(3_660 * 86_400), "audit.retention")
    guard signingAlgorithm.isAsymmetric else {
      throw PolicyError(
        setting: "signing.algorithm", problem: "is symmetric; verifiers need a public key, as with ES256")
    }
    try Self.checkKeyTimes(publishAhead: keyPublishAhead, rotationInterval: keyRotationInterval)
    try Self.checkScopes(resources, roles: roles, defaultScopes: defaultScopes)
    try Self.checkRoleNames(roles.keys)
    let own = Resource(name: "authority", audience: issuer, scopes: [])
    try Self.checkUnique([own] + resources)
    try Self.checkTokenSize(issuer, [own] + resources, roles, defaultScopes)
    self.issuer = issuer
    self.accessTokenLifetime = accessTokenLifetime
    self.sessionIdleLimit = sessionIdleLimit
    self.sessionAbsoluteLimit = sessionAbsoluteLimit
    self.sessionsPerAccount = sessionsPerAccount
    self.refreshGrace = refreshGrace
    self.passwords = passwords
    self.throttling = throttling
    self.auditRetention = auditRetention
    self.resources = [own] + resources
    self.roles = roles
    self.defaultScopes = defaultScopes
    self.signingAlgorithm = signingAlgorithm
    self.keyPublishAhead = keyPublishAhead
    self.keyRotationInterval = keyRotationInterval
  }

  /// No configuration lets an access token live longer. What must outlast every token counts with this and
  /// not with ``accessTokenLifetime``, which may have been longer before the last restart.
  package static let longestAccessTokenLifetime: Duration = .seconds(3600)

  /// The most that any verifier may forgive a clock; what is kept for a token's life is kept this much
  /// longer.
  package static let maximumLeeway: Duration = .seconds(60)

  /// The scopes that an account with `accountRoles` can be given.
  package func scopes(forRoles accountRoles: [String]) -> Set<String> {
    accountRoles.reduce(into: defaultScopes) { all, role in all.formUnion(roles[role] ?? []) }
  }
}

/// An API that tokens can be for.
package struct Resource: Hashable, Sendable {
  package let name: String
  /// What its tokens carry as `aud`, and what it must expect.
  package let audience: String
  /// The scopes that mean something to it.
  package let scopes: Set<String>
  /// Whether its tokens are signed with HS256 and a secret that it shares with the authority alone.
  package let hasOwnSecret: Bool

  package init(name: String, audience: String, scopes: Set<String>, hasOwnSecret: Bool = false) {
    self.name = name
    self.audience = audience
    self.scopes = scopes
    self.hasOwnSecret = hasOwnSecret
  }
}

/// A setting that makes no sense, in words for the operator.
package struct PolicyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting's name in the configuration.
  package let setting: String
  package let problem: String

  package init(setting: String, problem: String) {
    self.setting = setting
    self.problem = problem
  }

  package var description: String { "\(setting) \(problem)" }
}

extension AuthorityPolicy {
  private static func checkIssuer(_ issuer: String) throws(PolicyError) {
    let scheme = ["https://", "http://"].first { issuer.hasPrefix($0) }
    guard scheme != "http://" || isLoopback(issuer) else {
      throw PolicyError(setting: "issuer", problem: "must be an https URL, except on localhost")
    }
    guard let scheme, issuer.utf8.count > scheme.utf8.count, issuer.utf8.count <= 255, !issuer.hasSuffix("/"),
      issuer.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !issuer.contains("?"), !issuer.contains("#"),
      !issuer.contains("@")
    else {
      throw PolicyError(
        setting: "issuer",
        problem: "must be an https URL without query, fragment, user or a slash at its end (RFC 8414 §2)")
    }
  }

  /// Whether an `http` URL stays on this machine, where nobody listens in.
  private static func isLoopback(_ issuer: String) -> Bool {
    let host = issuer.dropFirst("http://".count).prefix { $0 != "/" }
    let names = ["localhost", "127.0.0.1", "[::1]"]
    return names.contains { name in
      guard host.hasPrefix(name) else { return false }
      let rest = host.dropFirst(name.count)
      return rest.isEmpty || (rest.first == ":" && rest.dropFirst().allSatisfy(\.isWholeNumber))
    }
  }

  private static func checkKeyTimes(
    publishAhead: Duration, rotationInterval: Duration
  ) throws(PolicyError) {
    let setting = "signing.publish-ahead"
    guard publishAhead >= .seconds(86_400) else {
      throw PolicyError(
        setting: setting, problem: "must be 24h or more: verifiers may keep a key set that long")
    }
    try check(publishAhead, within: .seconds(86_400) ... .seconds(366 * 86_400), setting)
    try check(
      rotationInterval, within: publishAhead ... .seconds(731 * 86_400), "signing.rotation-interval")
  }

  private static func checkRoleNames(_ names: some Collection<String>) throws(PolicyError) {
    for name in names.sorted() where !name.isScopeToken || name.utf8.count > 64 {
      throw PolicyError(
        setting: "roles", problem: "has the name “\(name)”; 1 to 64 printable ASCII characters, no spaces")
    }
  }

  private static func check(
    _ value: Duration, within range: ClosedRange<Duration>, _ setting: String
  ) throws(PolicyError) {
    guard range.contains(value) else {
      throw PolicyError(
        setting: setting,
        problem:
          "is \(value.written); must be from \(range.lowerBound.written) to \(range.upperBound.written)"
      )
    }
  }

  private static func checkScopes(
    _ resources: [Resource], roles: [String: Set<String>], defaultScopes: Set<String>
  ) throws(PolicyError) {
    let declared = resources.reduce(into: Set<String>()) { $0.formUnion($1.scopes) }
    for scope in declared where !scope.isScopeToken {
      throw PolicyError(
        setting: "resources", problem: "declares the scope “\(scope)”, which RFC 6749 §3.3 forbids")
    }
    let used = roles.map { ("roles.\($0.key).scopes", $0.value) } + [("default-scopes", defaultScopes)]
    for (setting, scopes) in used.sorted(by: { $0.0 < $1.0 }) {
      guard let stray = scopes.subtracting(declared).min() else { continue }
      throw PolicyError(
        setting: setting,
        problem: "names the scope “\(stray)”, which no resource declares; "
          + "add it to resources.NAME.scopes, or take it out here")
    }
  }

  private static func checkUnique(_ resources: [Resource]) throws(PolicyError) {
    var seen: Set<String> = []
    for resource in resources where !seen.insert(resource.audience).inserted || resource.audience.isEmpty {
      throw PolicyError(
        setting: "resources.\(resource.name).audience",
        problem: "“\(resource.audience)” is empty, the issuer itself, or another resource's")
    }
  }
}

extension AuthorityPolicy {
  private static func checkTokenSize(
    _ issuer: String, _ resources: [Resource], _ roles: [String: Set<String>], _ defaultScopes: Set<String>
  ) throws(PolicyError) {
    let bytes = TokenSize.largest(
      issuer: issuer, audiences: resources.map(\.audience), roles: roles, defaultScopes: defaultScopes)
    guard bytes <= TokenSize.maximumBytes else {
      throw PolicyError(
        setting: "resources",
        problem: "and roles make access tokens of up to \(bytes) bytes; \(TokenSize.maximumBytes) are allowed"
      )
    }
  }
}

extension Duration {
  /// As it is written in a configuration, in the largest unit that leaves no rest: `90s`, `5m`, `12h`, `30d`.
  fileprivate var written: String {
    let seconds = components.seconds
    let units: [(letter: String, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60)]
    let unit = units.first { seconds != 0 && seconds.isMultiple(of: $0.seconds) }
    return unit.map { "\(seconds / $0.seconds)\($0.letter)" } ?? "\(seconds)s"
  }
}

extension String {
  /// Whether this is one `scope-token` of RFC 6749 §3.3.
  fileprivate var isScopeToken: Bool {
    !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
  }
}
