internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import NIOCore
internal import SignetAuthority
internal import TokenVerification

/// The revocation feed: as a stream, by polls, whole, and what it is signed with.
struct FeedRoutes {
  let service: AuthorityService
  let configuration: FeedConfiguration
  /// So that one client cannot take the places of all.
  private let shares: AddressShares

  init(service: AuthorityService, configuration: FeedConfiguration, proxies: TrustedProxies) {
    self.service = service
    self.configuration = configuration
    shares = AddressShares(limit: max(configuration.subscribers / 4, 1), proxies: proxies)
  }

  /// Where the feed is, below the issuer.
  static let path = "/revocations"

  var endpoints: [Endpoint] {
    guard configuration.isOn else { return [] }
    return [
      Endpoint(.get, "/revocations", access: .everybody, use: poll),
      Endpoint(.get, "/revocations/stream", access: .everybody, use: stream),
      Endpoint(.get, "/revocations/snapshot", access: .everybody, use: snapshot),
      Endpoint(.get, "/revocations/jwks.json", access: .everybody, use: keySet),
    ]
  }

  @Sendable private func stream(_ request: Request, _ context: AuthorityRequestContext) throws -> Response {
    try requireSecret(request)
    let subscription = try subscribe(
      from: context.remoteAddress, after: try request.streamPosition(), isStream: true)
    subscription.whenDropped { [connection = context.connection] in connection.close(promise: nil) }
    context.connection.endWhenPeerIsGone()
    context.connection.closeFuture.whenComplete { [weak subscription] _ in subscription?.end() }
    return Response(
      status: .ok,
      // A proxy that gathers what it passes on would hold the feed up.
      headers: [.contentType: "text/event-stream", Self.bufferingName: "no"],
      body: ResponseBody { writer in
        for frame in subscription.backlog { try await writer.write(frame.event) }
        for await frame in subscription.frames { try await writer.write(frame.event) }
        try await writer.finish(nil)
      })
  }

  @Sendable private func poll(
    _ request: Request, _ context: AuthorityRequestContext
  ) async throws -> Response {
    try requireSecret(request)
    let (after, wait) = (try request.position("after"), try request.waitSeconds())
    if wait > 0, let after, let token = try await next(after: after, within: .seconds(wait), for: context) {
      return Response(batch: token)
    }
    return Response(batch: ByteBuffer(string: try service.feedToken(after: after)))
  }

  /// The next batch, for who has the log up to `position`; nil when none came, or when it is there already.
  private func next(
    after position: RevocationPosition, within wait: Duration, for context: AuthorityRequestContext
  ) async throws -> ByteBuffer? {
    let subscription = try subscribe(from: context.remoteAddress, after: position, isStream: false)
    // Where the log is farther than the ring reaches back, nothing comes at once, and yet there is more.
    guard let here = service.hub.place?.position, here.epoch == position.epoch,
      here.sequence <= position.sequence,
      !subscription.backlog.contains(where: { $0.position.sequence > position.sequence })
    else { return nil }
    return await withTaskGroup(of: ByteBuffer?.self) { group in
      group.addTask {
        for await frame in subscription.frames { return frame.token }
        return nil
      }
      group.addTask {
        try? await Task.sleep(for: wait)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  @Sendable private func snapshot(
    _ request: Request, _ context: AuthorityRequestContext
  ) throws -> Response {
    try requireSecret(request)
    let bytes = try service.feedSnapshot()
    service.metrics.feed.snapshots.add()
    return Response(
      status: .ok, headers: [.contentType: "application/vnd.signet.revocations"],
      body: ResponseBody(byteBuffer: bytes))
  }

  /// Public in any case: it holds no secret.
  @Sendable private func keySet(_ request: Request, _ context: AuthorityRequestContext) throws -> Response {
    guard let keys = service.hub.place?.source.keys else { throw Problem.feedClosed }
    return KeyRoutes(service: service).response(to: request, with: KeyDocument(keys.published))
  }

  private func subscribe(
    from address: String?, after position: RevocationPosition?, isStream: Bool
  ) throws -> FeedSubscription {
    let share = shares.enter(address)
    do {
      guard share != .none else { throw RevocationHub.Refusal.full }
      return try service.hub.subscribe(
        after: position, isStream: isStream, limit: configuration.subscribers,
        onLeave: { [shares] in shares.leave(share) })
    } catch {
      shares.leave(share)
      switch error {
      case RevocationHub.Refusal.full:
        service.metrics.feed.refused.add()
        throw Problem.tooManySubscribers
      case RevocationHub.Refusal.closed: throw Problem.feedClosed
      default: throw error
      }
    }
  }

  /// What is wrong with the credentials is not said.
  private func requireSecret(_ request: Request) throws {
    guard case .secret(let secret) = configuration.access else { return }
    let fields = request.headers[values: .authorization]
    guard fields.count == 1, let presented = fields[0].bearerToken, secret.matches(presented) else {
      throw Problem.noFeedSecret
    }
  }

  private static let bufferingName = HTTPField.Name.constant("X-Accel-Buffering")
}

extension Request {
  /// Where a subscriber is: `after`, or else what a browser's reader of streams remembers.
  fileprivate func streamPosition() throws(Problem) -> RevocationPosition? {
    if let position = try position("after") { return position }
    return headers[.lastEventID].flatMap { RevocationPosition($0) }
  }

  fileprivate func position(_ name: String) throws(Problem) -> RevocationPosition? {
    guard let text = uri.queryParameters[Substring(name)] else { return nil }
    guard let position = RevocationPosition(String(text)) else {
      throw Problem(
        .unprocessableContent, .invalidField, "This parameter is a place in the log, EPOCH.NUMBER.",
        field: name)
    }
    return position
  }

  fileprivate func waitSeconds() throws(Problem) -> Int {
    guard let text = uri.queryParameters["wait"] else { return 0 }
    guard let seconds = Int(text), (0...25).contains(seconds) else {
      throw Problem(
        .unprocessableContent, .invalidField, "This parameter is a number of seconds from 0 to 25.",
        field: "wait")
    }
    return seconds
  }
}

extension String {
  /// The token of an `Authorization` field (RFC 6750 §2.1); nil for another scheme.
  fileprivate var bearerToken: String? {
    let scheme = "bearer "
    guard utf8.count > scheme.utf8.count, prefix(scheme.count).lowercased() == scheme else { return nil }
    return String(dropFirst(scheme.count))
  }
}

extension Channel {
  /// Who does not acknowledge what is sent for half a minute is gone, and gives up a place. The kernel alone
  /// would take a quarter of an hour to say so.
  fileprivate func endWhenPeerIsGone() {
    let socket: any Channel = isStream ? parent ?? self : self
    let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT))
    socket.setOption(option, value: 30_000).whenFailure { _ in }
  }
}

extension Response {
  fileprivate init(batch token: ByteBuffer) {
    self.init(
      status: .ok, headers: [.contentType: "application/\(RevocationBatch.type)"],
      body: ResponseBody(byteBuffer: token))
  }
}

extension HTTPField.Name {
  fileprivate static let lastEventID = HTTPField.Name.constant("Last-Event-ID")
}
