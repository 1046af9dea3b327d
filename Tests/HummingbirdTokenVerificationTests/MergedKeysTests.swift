import HTTPTypes
import HummingbirdTesting
import JOSE
import SignetTesting
import Synchronization
import Testing

@testable import HummingbirdTokenVerification
@testable import TokenVerification

@Suite struct MergedKeysTests {
  /// A source whose keys a test changes, and that counts how often they are read.
  private final class ChangingKeys: WatchedKeySource {
    private let state: Mutex<(snapshot: KeySnapshot, afterMissing: KeySnapshot?, reads: Int)>

    init(_ snapshot: KeySnapshot, afterMissing: KeySnapshot? = nil) {
      state = Mutex((snapshot, afterMissing, 0))
    }

    var reads: Int { state.withLock { $0.reads } }

    var snapshot: KeySnapshot {
      get {
        state.withLock {
          $0.reads += 1
          return $0.snapshot
        }
      }
      set { state.withLock { $0.snapshot = newValue } }
    }

    func isCurrent(_ snapshot: KeySnapshot) -> Bool { state.withLock { $0.snapshot.mark == snapshot.mark } }

    func snapshot(afterMissing keyID: String) async -> KeySnapshot {
      state.withLock { state in
        if let fetched = state.afterMissing { state.snapshot = fetched }
        return state.snapshot
      }
    }
  }

  /// A source that never answers.
  private struct SilentKeys: KeySource {
    var snapshot: KeySnapshot { .empty }

    func snapshot(afterMissing keyID: String) async -> KeySnapshot {
      await Signal().wait(past: 0, atMost: .seconds(600))
      return .empty
    }
  }

  private func keys(_ keyIDs: String..., epoch: UInt64 = 1) throws -> KeySnapshot {
    try TestIssuer(keyIDs: keyIDs).snapshot(epoch: epoch)
  }

  @Test func `T23 keys of several sources count together, and the first one's win`() throws {
    let (one, two) = (try keys("k1", "k2"), try keys("k2", "k3"))
    let merged = MergedKeys([FixedKeys(one), FixedKeys(two)])
    #expect(merged.snapshot.keyIDs == ["k1", "k2", "k3"])
    let issuers = try [TestIssuer(keyIDs: ["k1"]), TestIssuer(keyIDs: ["k1"])]
    let snapshots = try issuers.map { try $0.snapshot() }
    for (order, isGood) in [([0, 1], true), ([1, 0], false)] {
      let keys = MergedKeys(order.map { FixedKeys(snapshots[$0]) }).snapshot
      let verdict = try issuers[0].verifier().verify(
        Array(issuers[0].token().utf8), keys: keys, revocations: .empty, at: TestClock.start)
      if case .allow = verdict { #expect(isGood) } else { #expect(!isGood) }
    }
  }

  @Test func `T23 a key that its source withdraws is gone, unless another has it`() throws {
    let (one, two) = (ChangingKeys(try keys("k1", "k2")), ChangingKeys(try keys("k2", "k3")))
    let merged = MergedKeys([one, two])
    #expect(merged.snapshot.keyIDs == ["k1", "k2", "k3"])
    one.snapshot = try keys("k4", epoch: 2)
    #expect(merged.snapshot.keyIDs == ["k2", "k3", "k4"])
    two.snapshot = try keys("k3", epoch: 2)
    #expect(merged.snapshot.keyIDs == ["k3", "k4"])
  }

  @Test func `while one source knows nothing the others serve, and no key is called unknown`() throws {
    let (one, two) = (ChangingKeys(.empty), ChangingKeys(try keys("k3", epoch: 2)))
    let merged = MergedKeys([one, two])
    #expect(merged.snapshot.keyIDs == ["k3"] && merged.snapshot.epoch == 0)
    one.snapshot = try keys("k1")
    #expect(merged.snapshot.epoch == 3)
    one.snapshot = .empty
    #expect(merged.snapshot.keyIDs == ["k3"] && merged.snapshot.epoch == 0)
    #expect(MergedKeys([]).snapshot.isEmpty)
  }

  @Test func `nothing is read or merged again while no source has changed`() throws {
    let sources = [ChangingKeys(try keys("k1")), ChangingKeys(try keys("k2"))]
    let merged = MergedKeys(sources)
    let first = merged.snapshot
    for _ in 0..<10 { #expect(merged.snapshot.mark == first.mark && merged.isCurrent(first)) }
    #expect(sources.map(\.reads) == [1, 1])
    sources[1].snapshot = try keys("k3")
    #expect(!merged.isCurrent(first) && merged.snapshot.mark != first.mark)
    #expect(!merged.isCurrent(sources[0].snapshot))
  }

  @Test func `a missing key is asked for at all sources, and the first that has it ends the wait`()
    async throws
  {
    let found = ChangingKeys(try keys("k1"), afterMissing: try keys("k1", "k9", epoch: 2))
    let merged = MergedKeys([SilentKeys(), found])
    #expect(await merged.snapshot(afterMissing: "k9").keyIDs == ["k1", "k9"])
  }

  @Test(arguments: [true, false])
  func `a token of a key that no source has gets 503 while one is missing, and 401 when all are there`(
    isMissing: Bool
  ) async throws {
    var application = try ProtectedApplication()
    let stranger = try application.issuer.token(key: JWK.generate(.es256, keyID: "k9"))
    let other = isMissing ? .empty : try keys("k2")
    application.keys = MergedKeys([FixedKeys(try application.issuer.snapshot()), FixedKeys(other)])
    let token = try application.issuer.token()
    try await application.test { client in
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      let refused = try await client.send("/me", authorization: "Bearer \(stranger)")
      #expect(refused.status == (isMissing ? .serviceUnavailable : .unauthorized))
    }
  }

  // MARK: The cache of tokens

  @Test func `T23 a remembered token costs no reading of the keys, and sees at once when they change`() throws
  {
    let issuer = try TestIssuer()
    let source = ChangingKeys(try issuer.snapshot())
    let cache = SharedTokenCache(verifier: try issuer.verifier(), capacity: 1_024)
    let token = Array(try issuer.token().utf8)
    let reading = KeyReading(source)
    func isAllowed() -> Bool {
      let verdict = cache.verify(
        token, keys: reading, revocations: RevocationState().look(), at: TestClock.start)
      if case .allow = verdict { return true } else { return false }
    }
    for _ in 0..<100 { #expect(isAllowed()) }
    #expect(source.reads == 1)
    source.snapshot = try keys("k2", epoch: 2)
    #expect(!isAllowed())
    #expect(source.reads == 2)
  }
}
