import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// The refresh of one token by many at once, over every engine.
@Suite(.blocking) struct RefreshRaceTests {
  @Test(arguments: Engine.allCases)
  func `A4 a thousand refreshes of one token converge on one successor`(engine: Engine) async throws {
    let store = try engine.open()
    let authority = try await TestAuthority.initialised(storage: store.storage)
    let account = try await authority.addAccount()
    let first = try await authority.logIn(account)
    let outcomes = try await withThrowingTaskGroup(of: RefreshOutcome.self) { group in
      for _ in 0..<1000 {
        group.addTask { try await authority.refresh(first.refreshToken) }
      }
      return try await group.reduce(into: [RefreshOutcome]()) { $0.append($1) }
    }
    var successors: Set<String> = []
    var (advances, retries) = (0, 0)
    for outcome in outcomes {
      guard case .renewed(let tokens, let isRetry) = outcome else {
        Issue.record("a false alarm: \(outcome)")
        continue
      }
      successors.insert(tokens.refreshToken)
      if isRetry { retries += 1 } else { advances += 1 }
    }
    #expect(successors.count == 1)
    #expect(!successors.contains(first.refreshToken))
    #expect((advances, retries) == (1, 999))
    let grant = try #require(try await store.read { try $0.grant(first.grant.id) })
    #expect(grant.generation == 2)
    // The successor works, and the spent token no longer does once it is two behind.
    let successor = try #require(successors.first)
    guard case .renewed = try await authority.refresh(successor) else {
      Issue.record("the successor was refused")
      return
    }
    guard case .refused(.reused) = try await authority.refresh(first.refreshToken) else {
      Issue.record("a replay went through")
      return
    }
  }

  @Test(arguments: Engine.allCases)
  func `A4 a replay after the grace ends the session, and the log says so at once`(engine: Engine)
    async throws
  {
    let told = Told()
    let store = try engine.open(observer: told.observer)
    let authority = try await TestAuthority.initialised(storage: store.storage)
    let tokens = try await authority.logIn(try await authority.addAccount())
    guard case .renewed(let next, false) = try await authority.refresh(tokens.refreshToken) else {
      Issue.record("the first refresh was refused")
      return
    }
    authority.clock.advance(by: .seconds(11))
    guard case .refused(.reused) = try await authority.refresh(tokens.refreshToken) else {
      Issue.record("a replay went through")
      return
    }
    let subject = RevocationSubject(
      .session, id: tokens.session.id.description, issuer: TestAuthority.issuer)
    #expect(told.all.map(\.subject) == [subject])
    guard case .refused(.sessionEnded) = try await authority.refresh(next.refreshToken) else {
      Issue.record("the session lives on")
      return
    }
  }
}
