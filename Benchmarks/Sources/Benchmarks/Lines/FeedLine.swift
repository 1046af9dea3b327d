import AsyncHTTPClient
import HummingbirdTokenVerification
import NIOCore
import NIOHTTP1

/// From a logout at the authority to its refusal by an API in another process; the same for a thousand
/// subscribers of the feed; and what it takes them all to come back after the authority was restarted.
struct FeedLine: Line {
  static let name = "feed"
  static let summary =
    "from a logout to its refusal elsewhere, with 1 and with 1,000 subscribers; and their return"

  let tools: Tools
  private static let logouts = 200
  private static let crowd = 1_000

  func run() async throws -> String {
    let authority = try await Authority(tools)
    defer { authority.stop() }
    let environment = ["ISSUER": authority.issuer, "AUDIENCE": authority.issuer]
    let api = try ServerProcess(tools.bareServer, ["signet"], environment: environment)
    defer { api.stop() }
    let tokens = try await authority.tokens(sessions: 3 * Self.logouts, accessTokens: 1).access
    let batches = [0, 1, 2].map { Array(tokens[($0 * Self.logouts)..<(($0 + 1) * Self.logouts)]) }
    let alone = try await refusals(of: batches[0], at: api, by: authority)
    let crowd = try await Crowd(Self.crowd, issuer: authority.issuer)
    let beside = try await refusals(of: batches[1], at: api, by: authority)
    let (everywhere, memory) = (
      try await crowd.hear(batches[2], by: authority), try authority.server.megabytes()
    )
    let back = try await crowd.comeBack(to: authority)
    await crowd.leave()
    var table = Table("from a logout's request", "p50 ms", "p99 ms")
    for (name, times) in [
      ("refused by an API in another process, which is the one subscriber", alone),
      ("the same, beside 1,000 other subscribers", beside),
      ("known to each of 1,000 subscribers", everywhere),
    ] {
      table.add(name, times.percentile(0.5).text(1), times.percentile(0.99).text(1))
    }
    return """
      \(table.markdown)

      After a restart all \(Self.crowd) subscribers, cut off together, were fresh again \
      \(back.text(1)) s after the authority was there; none had missed what was revoked \
      meanwhile. The authority's memory with all of them: \(memory.text()) MB.
      """
  }

  /// Ends each token's session, and asks the API with the token until it is refused.
  private func refusals(
    of tokens: [String], at api: ServerProcess, by authority: Authority
  ) async throws -> Latencies {
    var times = Latencies()
    for token in tokens {
      guard try await status(of: token, at: api) == 200 else {
        throw BenchmarkError("a good token is refused")
      }
      let began = NIODeadline.now()
      try await authority.logOut(token)
      while try await status(of: token, at: api) != 401 {
        guard NIODeadline.now() - began < .seconds(5) else {
          throw BenchmarkError("a token is good five seconds after its logout")
        }
      }
      times.add((NIODeadline.now() - began).nanoseconds)
    }
    return times
  }

  private func status(of token: String, at api: ServerProcess) async throws -> UInt {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(api.port)/api/v1/me")
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
    for try await _ in response.body {}
    return UInt(response.status.code)
  }
}
