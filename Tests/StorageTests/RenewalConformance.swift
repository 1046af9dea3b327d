import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// What every storage promises of the little that an authority's settings change in.
@Suite(.blocking) struct RenewalConformance {
  @Test(arguments: Engine.allCases)
  func `a keyring's proof is replaced by who knows it`(engine: Engine) async throws {
    let store = try engine.open()
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.replaceKeyringProof([0, 1, 2], with: [3]) }
    }
    try await store.write { try $0.insert(AuthoritySettings.example) }
    await #expect(throws: StorageError.conflict) {
      try await store.write { try $0.replaceKeyringProof([0, 1], with: [3]) }
    }
    try await store.write { try $0.replaceKeyringProof([0, 1, 2], with: [3]) }
    let settings = try #require(try await store.read { try $0.settings() })
    #expect(settings.keyringProof == [3])
    #expect(settings.revocationEpoch == AuthoritySettings.example.revocationEpoch)
  }

  @Test(arguments: Engine.allCases)
  func `a signing key is sealed again with its state`(engine: Engine) async throws {
    let store = try engine.open()
    var key = SigningKeyRecord.numbered(1)
    try await store.write { [key] in try $0.insert(key) }
    key.sealedPrivateJWK = [9, 9]
    try await store.write { [key] in try $0.update(key) }
    #expect(try await store.read { try $0.signingKeys() }.map(\.sealedPrivateJWK) == [[9, 9]])
  }

  @Test(arguments: Engine.allCases)
  func `another epoch of the log keeps its entries and counts on`(engine: Engine) async throws {
    let store = try engine.open()
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.beginEpoch("other") } }
    try await store.write { try $0.insert(AuthoritySettings.example) }
    try await store.write { try $0.append([.numbered(1), .numbered(2)]) }
    try await store.write {
      try $0.beginEpoch("other")
      try $0.append([.numbered(3)])
    }
    let position = try await store.read { try $0.revocationPosition() }
    #expect(position == RevocationPosition(epoch: "other", sequence: 3))
    #expect(try await store.read { try $0.settings() }?.revocationEpoch == "other")
    #expect(try await store.read { try $0.revocations(after: 0, limit: 9) }.map(\.sequence) == [1, 2, 3])
  }

  @Test(arguments: Engine.allCases)
  func `after it was handed over the log has no position and takes no entry, until another epoch begins`(
    engine: Engine
  ) async throws {
    let store = try engine.open()
    await #expect(throws: StorageError.conflict) { try await store.write { try $0.handOver(to: "there") } }
    try await store.write { try $0.insert(AuthoritySettings.example) }
    try await store.write { try $0.append([.numbered(1)]) }
    #expect(try await store.read { try $0.successor() } == nil)
    try await store.write { try $0.handOver(to: "there") }
    #expect(try await store.read { try $0.successor() } == "there")
    #expect(try await store.read { try $0.settings() } == .example)
    await #expect(throws: StorageError.self) { try await store.read { try $0.revocationPosition() } }
    await #expect(throws: StorageError.self) { try await store.write { try $0.append([.numbered(2)]) } }
    #expect(try await store.read { try $0.revocations(after: 0, limit: 9) }.map(\.sequence) == [1])
    try await store.write {
      try $0.beginEpoch("other")
      try $0.append([.numbered(2)])
    }
    #expect(try await store.read { try $0.successor() } == nil)
    #expect(try await store.read { try $0.revocationPosition() }.sequence == 2)
  }
}
