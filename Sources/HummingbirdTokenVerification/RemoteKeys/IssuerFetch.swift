internal import AsyncHTTPClient
internal import JOSE
internal import NIOCore
internal import NIOHTTP1

/// Fetches an issuer's key set by discovery: its metadata (RFC 8414, or OpenID Connect Discovery 1.0), then
/// the set.
struct IssuerFetch: Sendable {
  /// What a fetch yields.
  struct Answer: Sendable {
    let keys: JWKSet
    /// The `max-age` of the key set's answer; nil when it states none.
    let maximumAge: Duration?
  }

  let issuer: String
  private let url: RemoteURL
  private let rules: EgressRules
  private let limits: FetchLimits

  /// - Throws: ``RemoteKeysError`` when the issuer is not a URL that may be fetched.
  init(
    issuer: String, allowsPrivateAddresses: Bool, limits: FetchLimits, resolve: @escaping EgressRules.Resolver
  ) throws(RemoteKeysError) {
    url = try RemoteURL(issuer)
    guard !url.path.contains("?") else {
      throw RemoteKeysError("an issuer has no query (RFC 8414 §2)")
    }
    rules = EgressRules(issuer: url, allowsPrivateAddresses: allowsPrivateAddresses, resolve: resolve)
    try rules.checkScheme(of: url)
    self.issuer = issuer
    self.limits = limits
  }

  /// The issuer's key set.
  /// - Throws: whatever went wrong, in words for the operator; after ``FetchLimits/time`` at the latest.
  func answer() async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { try await fetch() }
      group.addTask {
        try await Task.sleep(for: limits.time)
        throw RemoteKeysError("no complete answer within \(limits.time)")
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  private func fetch() async throws -> Answer {
    let reply = try await get(keySetURL(from: metadata()))
    guard reply.status == .ok else { throw RemoteKeysError("the key set's status is \(reply.status.code)") }
    let keys = try JWKSet(parsing: reply.body, limits: JSONLimits(maximumBytes: limits.bytes))
    return Answer(keys: keys, maximumAge: reply.maximumAge)
  }

  // MARK: Metadata

  /// RFC 8414 §3 puts the well-known name between host and path, OpenID Connect after the path. The second is
  /// asked only when the first is not there.
  private func metadata() async throws -> [UInt8] {
    let path = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
    let places = [
      url.with(path: "/.well-known/oauth-authorization-server" + path),
      url.with(path: path + "/.well-known/openid-configuration"),
    ]
    var statuses: [String] = []
    for place in places {
      let reply = try await get(place)
      if reply.status == .ok { return reply.body }
      statuses.append("\(reply.status.code)")
      guard (400..<500).contains(reply.status.code) else { break }
    }
    throw RemoteKeysError("no metadata at the issuer: status \(statuses.joined(separator: ", then "))")
  }

  /// The `jwks_uri`, once the metadata is known to be this issuer's (RFC 8414 §3.3).
  private func keySetURL(from metadata: [UInt8]) throws -> RemoteURL {
    let json = try ParsedJSON(parsing: metadata, limits: JSONLimits(maximumBytes: limits.bytes))
    guard json["issuer"]?.isString(issuer) ?? false else {
      throw RemoteKeysError("the metadata is of another issuer: “\(json["issuer"]?.string ?? "")”")
    }
    guard let location = json["jwks_uri"]?.string else {
      throw RemoteKeysError("the metadata has no jwks_uri")
    }
    return try RemoteURL(location)
  }

  // MARK: HTTP

  private struct Reply {
    let status: HTTPResponseStatus
    let maximumAge: Duration?
    let body: [UInt8]
  }

  private func get(_ url: RemoteURL) async throws -> Reply {
    let destination = try await rules.destination(url)
    var failure: any Error = RemoteKeysError("“\(url.host)” has no address")
    for address in destination.addresses {
      do {
        return try await get(destination.url, at: address)
      } catch let error as HTTPClientError where error == .connectTimeout {
        failure = error
      } catch let error as IOError {
        failure = error
      }
    }
    throw failure
  }

  /// One request on a connection of its own, to this address whatever the name resolves to by now; the
  /// certificate is checked against the name. Redirects are answers like any other, and not the one that is
  /// wanted.
  private func get(_ url: RemoteURL, at address: IPAddress) async throws -> Reply {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.dnsOverride = [url.host: address.description]
    configuration.timeout.connect = .nanoseconds(limits.connectNanoseconds)
    // The key cache says when to try again.
    configuration.connectionPool.retryConnectionEstablishment = false
    var request = HTTPClientRequest(url: url.description)
    request.headers.add(name: "accept", value: "application/json")
    for field in TraceContext.current?.fields ?? [] {
      request.headers.add(name: field.name, value: field.value)
    }
    return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
      let response = try await client.execute(request, deadline: .distantFuture)
      let body = try await response.body.collect(upTo: limits.bytes)
      return Reply(
        status: response.status, maximumAge: CacheControl.maximumAge(response.headers["cache-control"]),
        body: Array(body.readableBytesView))
    }
  }
}

/// How large and how slow an issuer's answers may be.
struct FetchLimits: Hashable, Sendable {
  /// The most bytes of one answer's body.
  var bytes = 524_288
  /// The most time for all requests of one fetch.
  var time: Duration = .seconds(10)

  /// Connecting gets half of it, so that a second address has a chance.
  fileprivate var connectNanoseconds: Int64 {
    max(time.wholeMilliseconds, 2) * 500_000
  }
}

/// The `Cache-Control` field (RFC 9111 §5.2).
enum CacheControl {
  /// How long an answer may be kept: `max-age`, or nothing for `no-store` and `no-cache`; nil when neither is
  /// said.
  static func maximumAge(_ fields: [String]) -> Duration? {
    // By bytes: what stands before a comma must not make one character with it.
    let directives = fields.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.map { part in
      String(decoding: part.filter { !Self.skipped.contains($0) }, as: UTF8.self).lowercased()
    }
    if directives.contains("no-store") || directives.contains("no-cache") { return .zero }
    guard let age = directives.first(where: { $0.hasPrefix("max-age=") })?.dropFirst("max-age=".count),
      !age.isEmpty, age.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else {
      return nil
    }
    return .seconds(Int64(age).map { min($0, 86_400) } ?? 86_400)
  }

  private static let skipped: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\"")]
}
