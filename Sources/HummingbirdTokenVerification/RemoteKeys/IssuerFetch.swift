internal import JOSE
internal import NIOHTTP1

/// Fetches what an issuer publishes, found by its URL: the metadata (RFC 8414, or OpenID Connect Discovery
/// 1.0), the key set that it names, and where its revocation feed is.
struct IssuerFetch: Sendable {
  /// What a fetch of keys yields.
  struct Answer: Sendable {
    /// The key set; nil when it is the one that was known.
    let keys: JWKSet?
    /// What tells this set from a later one; nil when the server gives nothing.
    let state: KeySetState?
    /// How long the key set may be kept; nil when the answer does not say.
    let maximumAge: Duration?
  }

  let issuer: String
  let client: EgressClient
  private let url: RemoteURL
  private let limits: FetchLimits
  /// Where the key set is; nil when the issuer's metadata says so.
  private let keySet: RemoteURL?

  /// - Parameters:
  ///   - issuer: the issuer's URL, or, for one that is no URL, what tokens have as their `iss`: then
  ///     `keySetURL` is needed.
  ///   - keySetURL: where the key set is; nil when the issuer's metadata says so.
  ///   - allowsPrivateAddresses: whether private networks may be asked.
  ///   - authorities: whose certificates are believed.
  ///   - limits: sizes and times.
  ///   - resolve: turns names into addresses.
  /// - Throws: ``RemoteKeysError`` when the issuer, or the key set's URL, may not be fetched.
  init(
    issuer: String, keySetURL: String? = nil, allowsPrivateAddresses: Bool,
    authorities: CertificateAuthorities = .system, limits: FetchLimits = FetchLimits(),
    resolve: @escaping EgressRules.Resolver = EgressRules.systemResolver
  ) throws(RemoteKeysError) {
    url = try RemoteURL(keySetURL ?? issuer)
    guard keySetURL != nil || !url.path.contains("?") else {
      throw RemoteKeysError("an issuer has no query (RFC 8414 §2)")
    }
    client = EgressClient(
      rules: EgressRules(issuer: url, allowsPrivateAddresses: allowsPrivateAddresses, resolve: resolve),
      authorities: authorities)
    try client.rules.checkScheme(of: url)
    keySet = keySetURL == nil ? nil : url
    self.issuer = issuer
    self.limits = limits
  }

  /// The issuer's key set.
  /// - Parameter known: the state in which it is known already: then “unchanged” is an answer.
  /// - Returns: The key set, or that it is the one that was known.
  /// - Throws: whatever went wrong, in words for the operator; after ``FetchLimits/time`` at the latest.
  func answer(unlessStill known: KeySetState? = nil) async throws -> Answer {
    try await limits.inTime {
      let place = if let keySet { keySet } else { try await metadata().keySetURL() }
      return try await keys(at: place, unlessStill: known)
    }
  }

  /// Where the issuer's revocation feed is.
  /// - Throws: whatever went wrong, also that the issuer has none; after ``FetchLimits/time`` at the latest.
  func feedURL() async throws -> RemoteURL {
    try await limits.inTime { try await metadata().feedURL() }
  }

  /// The keys that sign the feed at `feed`.
  /// - Throws: as ``answer()``.
  func feedKeys(
    of feed: RemoteURL, secret: FeedSecret?, unlessStill known: KeySetState?
  ) async throws -> Answer {
    try await limits.inTime {
      try await keys(at: feed.appending("/jwks.json"), secret: secret, unlessStill: known)
    }
  }

  /// What the key set is called in metrics: its URL when that was given, else `issuer`.
  var keySetName: String { keySet?.description ?? "issuer" }

  /// Whether `other` is on the server that the issuer's own URL names (RFC 6454 §4).
  func isOfIssuersOrigin(_ other: RemoteURL) -> Bool {
    url.isSecure == other.isSecure && url.host == other.host && url.effectivePort == other.effectivePort
  }

  private func keys(
    at place: RemoteURL, secret: FeedSecret? = nil, unlessStill known: KeySetState?
  ) async throws -> Answer {
    // A tag means something only where it comes from.
    let tag = known?.place == place ? known?.tag : nil
    let reply = try await get(place, secret: secret, unlessMatching: tag)
    if reply.status == .notModified {
      guard let tag, reply.tag?.matches(tag) ?? true else {
        throw RemoteKeysError("the key set's status is 304, which was not asked for")
      }
      return Answer(keys: nil, state: known, maximumAge: reply.maximumAge)
    }
    guard reply.status == .ok else { throw RemoteKeysError("the key set's status is \(reply.status.code)") }
    let keys = try JWKSet(parsing: reply.body, limits: JSONLimits(maximumBytes: limits.bytes))
    return Answer(
      keys: keys, state: reply.tag.map { KeySetState(place: place, tag: $0) }, maximumAge: reply.maximumAge)
  }

  /// RFC 8414 §3 puts the well-known name between host and path, OpenID Connect after the path. The second is
  /// asked only when the first is not there.
  private func metadata() async throws -> IssuerMetadata {
    let path = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
    let places = [
      url.with(path: "/.well-known/oauth-authorization-server" + path),
      url.with(path: path + "/.well-known/openid-configuration"),
    ]
    var statuses: [String] = []
    for place in places {
      let reply = try await get(place)
      if reply.status == .ok {
        return try IssuerMetadata(reply.body, of: issuer, limits: JSONLimits(maximumBytes: limits.bytes))
      }
      statuses.append("\(reply.status.code)")
      guard (400..<500).contains(reply.status.code) else { break }
    }
    throw RemoteKeysError("no metadata at the issuer: status \(statuses.joined(separator: ", then "))")
  }

  private func get(
    _ url: RemoteURL, secret: FeedSecret? = nil, unlessMatching tag: EntityTag? = nil
  ) async throws -> EgressClient.Reply {
    try await client.reply(
      to: EgressClient.Request(
        url: url, accept: "application/json", authorization: secret?.authorization, unlessMatching: tag,
        connecting: limits.connecting),
      atMost: limits.bytes)
  }
}

/// What tells one state of a key set from others: the tag that a server has given it at this place.
struct KeySetState: Hashable, Sendable {
  let place: RemoteURL
  let tag: EntityTag
}

/// What an issuer says of itself.
private struct IssuerMetadata {
  private let json: ParsedJSON

  /// - Throws: ``RemoteKeysError`` when it is not this issuer's (RFC 8414 §3.3).
  init(_ body: [UInt8], of issuer: String, limits: JSONLimits) throws {
    json = try ParsedJSON(parsing: body, limits: limits)
    guard json["issuer"]?.isString(issuer) ?? false else {
      throw RemoteKeysError("the metadata is of another issuer: “\(json["issuer"]?.string ?? "")”")
    }
  }

  func keySetURL() throws -> RemoteURL {
    guard let location = json["jwks_uri"]?.string else {
      throw RemoteKeysError("the metadata has no jwks_uri")
    }
    return try RemoteURL(location)
  }

  func feedURL() throws -> RemoteURL {
    guard let location = json["revocation_feed_endpoint"]?.string else {
      throw RemoteKeysError("the issuer has no revocation feed (say so by `revocations: .none`)")
    }
    let url = try RemoteURL(location)
    guard !url.path.contains("?") else { throw RemoteKeysError("the revocation feed's URL has a query") }
    return url
  }
}
