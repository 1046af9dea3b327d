import JOSE
import NIOHTTP1
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct FeedAccessTests {
  private static let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtMDEyMzQ1Njc4OWFi"

  @Test func `A20 a feed with a secret tells nobody without it anything, not even what is wrong`()
    async throws
  {
    var options = RunningAuthority.Options()
    options.feed.access = .secret(try #require(SubscriberSecret(Self.secret)))
    try await RunningAuthority.run(options) { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      var (last, first) = (Self.secret, Self.secret)
      last.replaceSubrange(last.index(before: last.endIndex)..., with: "c")
      first.replaceSubrange(...first.startIndex, with: "d")
      let shown: [[String: String]] = [
        [:], tokens.bearer, ["Authorization": "Bearer "], ["Authorization": "Bearer \(last)"],
        ["Authorization": "Bearer \(first)"], ["Authorization": "Bearer \(Self.secret)x"],
        ["Authorization": "Bearer \(Self.secret.dropLast())"], ["Authorization": "Basic \(Self.secret)"],
        ["Authorization": Self.secret], ["Authorization": "Bearer \(Self.secret), Bearer \(Self.secret)"],
        ["Authorization": "Bearer  \(Self.secret)"], ["Cookie": "secret=\(Self.secret)"],
      ]
      for path in ["/revocations", "/revocations/stream", "/revocations/snapshot", "/revocations?after=x"] {
        var answers: Set<String> = []
        for headers in shown {
          let answer = try await running.api.get(path, headers)
          // A stream would not end.
          try #require(answer.status == 401 && answer.code == "invalid_feed_secret", "\(path) \(headers)")
          #expect(answer.headers["www-authenticate"] == ["Bearer"])
          answers.insert(answer["detail"] ?? "")
        }
        #expect(answers.count == 1)
        #expect(
          try await running.api.get("\(path.prefix { $0 != "?" })?access_token=\(Self.secret)").status == 401)
      }
      #expect(running.service.hub.subscriberCount == 0)
      let good = try await FeedClient(running, headers: ["Authorization": "bearer \(Self.secret)"])
      #expect(try await good.poll().to == 0)
      #expect(try await good.snapshot().to == 0)
      #expect(try await good.stream().next()?.to == 0)
      #expect(!running.log.lines.contains { $0.contains(Self.secret) })
    }
  }

  @Test func `a secret has 256 bits, and does not print itself`() throws {
    let secret = try #require(SubscriberSecret(Self.secret))
    #expect(secret.matches(Self.secret) && !secret.matches(Self.secret + "a") && !secret.matches(""))
    #expect(!"\(secret) \(String(reflecting: secret))".contains("c2Vj"))
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(dumped == "▿ SubscriberSecret(redacted)\n" || dumped == "- SubscriberSecret(redacted)\n")
    for text in [
      "", String(Self.secret.prefix(42)), String(repeating: "a", count: 64), Self.secret + " ",
      Self.secret + "é", Self.secret + "\n", String(repeating: Self.secret, count: 20),
    ] {
      #expect(SubscriberSecret(text) == nil, "\(text)")
    }
    #expect(SubscriberSecret(String(Self.secret.prefix(43))) != nil)
    #expect(SubscriberSecret("+/" + Self.secret + "==") != nil)
  }
}
