internal import AsyncHTTPClient
internal import JOSE
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// The one way by which this module sends requests (T23): to the addresses that ``EgressRules`` have checked,
/// without redirects, with an end to every size and time.
struct EgressClient: Sendable {
  /// What is asked for.
  struct Request: Sendable {
    let url: RemoteURL
    /// The `Accept` field.
    let accept: String
    /// The `Authorization` field; nil for none.
    var authorization: String?
    /// The `If-None-Match` field; nil for none.
    var unlessMatching: EntityTag?
    /// The longest that connecting to one address may take.
    let connecting: Duration
  }

  /// A whole answer.
  struct Reply: Sendable {
    let status: HTTPResponseStatus
    /// How long it may be kept from now on; nil when that is not stated.
    let maximumAge: Duration?
    /// Its entity tag; nil when it has none, or one that cannot be used.
    let tag: EntityTag?
    let body: [UInt8]
  }

  let rules: EgressRules
  /// Which certificates are believed.
  var authorities: CertificateAuthorities = .system

  /// The answer to a request, whole; the caller limits the time.
  func reply(to request: Request, atMost bytes: Int) async throws -> Reply {
    try await open(request) { response in
      let body = try await response.body.collect(upTo: bytes)
      return Reply(
        status: response.status,
        maximumAge: CacheControl.remainingAge(
          response.headers["cache-control"], age: response.headers["age"]),
        tag: EntityTag(response.headers["etag"]), body: Array(body.readableBytesView))
    }
  }

  /// Hands an answer to `use` as it comes. The connection ends with it.
  func open<Value: Sendable>(
    _ request: Request, _ use: @escaping @Sendable (HTTPClientResponse) async throws -> Value
  ) async throws -> Value {
    let destination = try await rules.destination(request.url)
    var failure: any Error = RemoteKeysError("“\(request.url.host)” has no address")
    for address in destination.addresses {
      let outcome: Result<Value, any Error>
      do {
        outcome = try await open(request, at: address, use)
      } catch let error as HTTPClientError where error == .connectTimeout {
        failure = error
        continue
      } catch let error as IOError {
        failure = error
        continue
      }
      return try outcome.get()
    }
    throw failure
  }

  /// One request on a connection of its own, to this address whatever the name resolves to by now; the
  /// certificate is checked against the name. Redirects are answers like any other, and not the one that is
  /// wanted.
  private func open<Value: Sendable>(
    _ request: Request, at address: IPAddress,
    _ use: @escaping @Sendable (HTTPClientResponse) async throws -> Value
  ) async throws -> Result<Value, any Error> {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.tlsConfiguration = authorities.configuration
    configuration.dnsOverride = [request.url.host: address.description]
    configuration.timeout.connect = .nanoseconds(request.connecting.wholeMilliseconds * 1_000_000)
    // Whoever asks says when to try again.
    configuration.connectionPool.retryConnectionEstablishment = false
    var outgoing = HTTPClientRequest(url: request.url.description)
    outgoing.headers.add(name: "accept", value: request.accept)
    if let authorization = request.authorization {
      outgoing.headers.add(name: "authorization", value: authorization)
    }
    if let tag = request.unlessMatching {
      outgoing.headers.add(name: "if-none-match", value: tag.description)
    }
    for field in TraceContext.current?.fields ?? [] {
      outgoing.headers.add(name: field.name, value: field.value)
    }
    return try await HTTPClient.withHTTPClient(configuration: configuration) { [outgoing] client in
      let response = try await client.execute(outgoing, deadline: .distantFuture)
      // What goes wrong from here on is no reason to try another address.
      do {
        return .success(try await use(response))
      } catch {
        return .failure(error)
      }
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
  var connecting: Duration { .milliseconds(max(time.wholeMilliseconds / 2, 1)) }

  /// What `body` yields, if that takes no longer than ``time``.
  func inTime<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: time)
        throw RemoteKeysError("no complete answer within \(time)")
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}
