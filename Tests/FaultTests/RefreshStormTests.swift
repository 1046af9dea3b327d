import Foundation
import JOSE
import SignetTesting
import Testing

/// Refreshes of many families at once, of which some answers get lost on their way.
@Suite(.blocking, .timeLimit(.minutes(10))) struct RefreshStormTests {
  /// 1,000 where they are asked for.
  private static let families =
    ProcessInfo.processInfo.environment["SIGNET_FAMILIES"].flatMap(Int.init) ?? 100
  private static let refreshes = 10

  @Test func `refreshes with lost answers log nobody out, and no family has two branches`()
    async throws
  {
    let seed = Seed.fromEnvironment()
    let authority = try WatchedAuthority()
    try authority.start()
    let client = Client(try authority.door)
    let families = try await logIn(client)
    let results = try await withThrowingTaskGroup(of: Family.self) { group in
      for family in families {
        let chance = SplitMix64(seed: seed.value &+ UInt64(family.number))
        group.addTask { try await Self.refresh(family, chance, client) }
      }
      return try await group.reduce(into: [Family]()) { $0.append($1) }
    }
    for family in results {
      #expect(family.refusals.isEmpty, "family \(family.number): \(family.refusals); \(seed)")
      #expect(family.forks == 0, "family \(family.number) has \(family.forks) forks; \(seed)")
      #expect(family.spent.count == Self.refreshes, seed.comment)
    }
    let lost = results.map(\.lost).reduce(0, +)
    #expect(lost > Self.families / 10, "too few answers were lost for this to mean anything; \(seed)")
    #expect(authority.stop() == 0)
  }

  /// One family of refresh tokens, as its client sees it.
  private struct Family: Sendable {
    let number: Int
    var token: String
    /// What each spent token's successor was.
    var spent: [String: String] = [:]
    var lost = 0
    var forks = 0
    var refusals: [String] = []
  }

  /// A session for each family, ten for each account.
  private func logIn(_ client: Client) async throws -> [Family] {
    var families: [Family] = []
    for number in 0..<Self.families / 10 {
      let account = AccountRecord(name: "account\(number)", password: "a long password, number \(number)")
      try await client.add(account)
      for _ in 0..<10 {
        let tokens = try APITokens(try await client.logIn(account.name, account.password))
        families.append(Family(number: families.count, token: tokens.refresh))
      }
    }
    return families
  }

  /// Refreshes as a good client does: a key of its own is kept before each refresh, and it asks again with
  /// both until it has an answer. One answer in twenty gets lost, after the server has sent it.
  @concurrent private static func refresh(
    _ family: Family, _ chance: SplitMix64, _ client: Client
  ) async throws -> Family {
    var (family, chance) = (family, chance)
    for _ in 0..<refreshes {
      let (token, retryKey) = (family.token, "retry-key-\(chance.next())")
      var hasAnswer = false
      while !hasAnswer {
        guard let answer = await answer(from: client, to: token, retryKey) else {
          family.lost += 1
          continue
        }
        guard answer.status == 200 else {
          family.refusals.append("\(answer.status) \(answer.code ?? "")")
          return family
        }
        let successor = try APITokens(answer).refresh
        if let known = family.spent[token], known != successor { family.forks += 1 }
        family.spent[token] = successor
        family.token = successor
        hasAnswer = Int.random(in: 0..<20, using: &chance) > 0
        if !hasAnswer { family.lost += 1 }
      }
    }
    return family
  }

  /// Nil when the connection has ended before the answer was there.
  private static func answer(
    from client: Client, to token: String, _ retryKey: String
  ) async -> APIAnswer? {
    do { return try await client.refresh(token, retryKey: retryKey) } catch { return nil }
  }
}
