import Foundation
import JOSE
import NIOHTTP1
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

/// `docs/revocation-feed.md` against the feed.
@Suite struct FeedDocumentTests {
  private static func page() throws -> String {
    try String(
      contentsOf: VectorFolder.packageRoot.appending(path: "docs/revocation-feed.md"), encoding: .utf8)
  }

  @Test func `the page names every claim of a batch, and no other`() async throws {
    let section = try #require(try Self.page().components(separatedBy: "## A batch").last)
      .components(separatedBy: "## What you keep")[0]
    let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let named = Set(
      rows.flatMap { row in row.dropFirst().prefix { $0 != "|" }.matches(of: /`(\w+)`/).map { String($0.1) } }
    )
    try await RunningAuthority.run { running in
      try await running.revoke(sessions: 1)
      let token = try await running.api.get("/revocations").body
      let snapshot = try await running.api.get("/revocations/snapshot").body
      let claims = try [token, Array(snapshot.prefix { $0 != 0x0A })].map { token in
        let part = try #require(token.split(separator: UInt8(ascii: ".")).dropFirst().first)
        let payload = try Base64URL.decode(String(decoding: part, as: UTF8.self))
        return Set(try #require(ParsedJSON(parsing: payload).members).map(\.name))
      }
      #expect(named == claims[0].union(claims[1]))
      #expect(claims[0].subtracting(claims[1]) == ["entries"])
      #expect(claims[1].subtracting(claims[0]) == ["entries_sha256"])
    }
  }

  @Test func `the page's subject is what a verifier looks up, and its kinds are all that there are`() throws {
    let page = try Self.page()
    let subject = RevocationSubject(.session, id: "c2Vzc2lvbg", issuer: "https://id.example.com")
    let hex = subject.bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    #expect(page.contains("`\(hex)`"))
    let section = try #require(page.components(separatedBy: "| kind | id |").last).prefix(400)
    for kind in RevocationSubject.Kind.allCases { #expect(section.contains("`\(kind.rawValue)`")) }
  }

  @Test func `the page's figures are the program's`() throws {
    let page = try Self.page()
    #expect(page.contains("every \(FeedConfiguration().heartbeat.components.seconds) seconds on a stream"))
    #expect(page.contains("are served (1,000)") && FeedConfiguration().subscribers == 1_000)
    #expect(page.contains("More than 1,000 entries") && RevocationBatch.maximumEntries == 1_000)
  }
}
