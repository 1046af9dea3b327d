import JOSE
import SignetTesting
import Synchronization
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

@Suite struct RevocationStateTests {
  private let clock = TestClock()
  private let issuer = "https://id.example.com"
  private let key: SigningKey
  private let keys: KeySnapshot

  init() throws {
    let jwk = try JWK.generate(.edDSA, keyID: "f1")
    key = try SigningKey(jwk)
    keys = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try jwk.publicKey()]), algorithms: RevocationBatchVerifier.algorithms)
  }

  private func state(_ staleness: StalenessPolicy = .deny) -> RevocationState {
    RevocationState(following: issuer, staleness: staleness) { [clock] in
      ClockReading(time: clock.now, uptime: clock.now - TestClock.start)
    }
  }

  private func receive(_ state: RevocationState, from: Int64 = 0, to: Int64 = 0) throws {
    _ = state.receive(try batch(from: from, to: to))
  }

  private func batch(from: Int64, to: Int64) throws -> VerifiedRevocationBatch {
    let batch = RevocationBatch(
      epoch: "e1", from: from, to: to,
      entries: to == from
        ? []
        : [
          RevocationEntry(
            sequence: to, subject: RevocationSubject(.session, id: "s\(to)", issuer: issuer),
            ignoresPosition: false, expiresAt: clock.now + .seconds(600))
        ],
      asOf: clock.now, signedAt: clock.now)
    let token = Array(try batch.token(of: issuer, with: key).utf8)
    return try RevocationBatchVerifier(issuer: issuer).verify(token, with: keys, at: clock.now)
  }

  @Test func `what a program tells itself is fresh at all times, and so is nothing at all`() {
    let told = RevocationState(RevocationView(epoch: "e1"))
    for state in [told, RevocationState(), .none] {
      #expect(state.isFresh && state.health.isFresh && state.health.age == nil && state.health.asOf == nil)
    }
    #expect(told.health.position?.description == "e1.0")
  }

  @Test func `a feed that was never heard is stale`() {
    let state = state()
    #expect(!state.isFresh && !state.health.isFresh)
    #expect(state.health.position == nil && state.health.age == nil)
  }

  @Test(arguments: [1, 30, 600]) func `news is fresh for as long as the policy says`(seconds: Int64) throws {
    let state = state(.deny(after: .seconds(seconds)))
    try receive(state)
    #expect(state.isFresh && state.health.age == .zero && state.health.asOf == TestClock.start)
    clock.advance(by: .seconds(seconds))
    #expect(state.isFresh)
    clock.advance(by: .milliseconds(1))
    #expect(!state.isFresh && !state.health.isFresh)
    try receive(state)
    #expect(state.isFresh)
  }

  @Test func `the mark changes with the view, and not with a heartbeat`() throws {
    let state = state()
    try receive(state)
    let mark = state.mark
    #expect(mark == state.view.mark.number)
    clock.advance(by: .seconds(5))
    try receive(state)
    #expect(state.mark == mark)
    try receive(state, from: 0, to: 1)
    #expect(state.mark != mark && state.mark == state.view.mark.number && state.health.count == 1)
  }

  @Test func `news that comes during a look makes nothing fresh that has not heard it`() throws {
    let arrival = Mutex<(@Sendable () -> Void)?>(nil)
    let state = RevocationState(following: issuer, staleness: .deny) { [clock] in
      // The time is asked for in the midst of a look, and that is when the news arrives.
      let arrive = arrival.withLock { news in
        defer { news = nil }
        return news
      }
      arrive?()
      return ClockReading(time: clock.now, uptime: .seconds(1))
    }
    try receive(state)
    let before = state.look()
    #expect(before.isFresh && before.mark == state.mark)
    clock.advance(by: .seconds(3600))
    #expect(!state.look().isFresh, "by the time of day it is old")
    let news = try batch(from: 0, to: 1)
    arrival.withLock { $0 = { _ = state.receive(news) } }
    let look = state.look()
    #expect(state.health.count == 1)
    #expect(!look.isFresh || (look.mark == state.mark && look.mark != before.mark))
  }

  @Test func `an error is told until news comes, in one line`() throws {
    let state = state()
    state.fail("the feed's status is 503\nall is well")
    #expect(state.health.lastError == "the feed's status is 503?all is well")
    try receive(state)
    #expect(state.health.lastError == nil)
  }

  @Test func `no policy lets news be older than nothing`() {
    #expect(StalenessPolicy.deny == .deny(after: .seconds(30)))
    #expect(StalenessPolicy.deny(after: .seconds(-1)).maximum == .seconds(1))
    #expect(StalenessPolicy.accept(after: .zero).maximum == .seconds(1))
  }
}
