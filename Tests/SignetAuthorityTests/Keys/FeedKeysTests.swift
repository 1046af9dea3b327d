import JOSE
import SignetTesting
import Testing
import TokenVerification

@testable import SignetAuthority

@Suite struct FeedKeysTests {
  private let now = TestClock.start
  private let issuer = TestAuthority.issuer

  private func batch() -> RevocationBatch {
    RevocationBatch(epoch: "e1", from: 0, to: 0, entries: [], asOf: now, signedAt: now)
  }

  private func snapshot(_ keys: JWKSet) -> KeySnapshot {
    KeySnapshot(epoch: 1, keys: keys, algorithms: RevocationBatchVerifier.algorithms)
  }

  @Test func `feed keys follow from the keyring alone, and the newest secret's signs`() throws {
    let (old, new) = (Keyring(from: .seeded(Seed(1))), Keyring(from: .seeded(Seed(2))))
    let both = try Keyring(text: new.text() + old.text())
    let keys = try [old, new, both].map { try FeedKeys(issuer: issuer, keyring: $0) }
    let names = keys.map { $0.published.keys.map(\.keyID) }
    #expect(names[2] == names[1] + names[0] && names[0] != names[1])
    #expect(try FeedKeys(issuer: issuer, keyring: both).published.json() == keys[2].published.json())
    let verifier = try RevocationBatchVerifier(issuer: issuer)
    let token = Array(try keys[2].token(of: batch()).utf8)
    #expect(verifier.keyID(of: token) == names[1][0])
    // Who has the new keyring's set, with one line or with two, reads it; who has the old one's does not.
    for (set, isGood) in [(keys[2], true), (keys[1], true), (keys[0], false)] {
      let outcome = Result { try verifier.verify(token, with: snapshot(set.published), at: now) }
      #expect(((try? outcome.get()) != nil) == isGood)
    }
    let whole = try keys[2].snapshot(of: batch())
    #expect(try verifier.verify(snapshot: whole, with: snapshot(keys[1].published), at: now).batch == batch())
  }

  @Test func `a feed key is named by its public half, and nothing secret is published`() throws {
    let keys = try FeedKeys(issuer: issuer, keyring: Keyring(from: .seeded(Seed(1))))
    let key = try #require(keys.published.keys.first)
    #expect(key.signatureAlgorithm == .edDSA && key.use == .signature && !key.isPrivate)
    #expect(key.keyID?.utf8.count == 16)
    let members = try ParsedJSON(parsing: keys.published.json().encoded())["keys"]?.elements?[0].members
    #expect(Set(try #require(members).map(\.name)) == ["kty", "crv", "x", "kid", "use", "alg"])
  }

  @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
  func `T13 a feed key is in no key set of access tokens, and neither kind signs for the other`(
    algorithm: SignatureAlgorithm
  ) async throws {
    let test = try await TestAuthority.initialised(
      policy: try TestAuthority.policy(signingAlgorithm: algorithm))
    let (authority, keyring) = (test.authority, test.authority.keyring)
    let main = try authority.signingKeys(from: try await test.storage.read { try $0.signingKeys() })
    let feed = try FeedKeys(issuer: issuer, keyring: keyring)
    let (mainKeys, feedKeys) = (main.published.keys, feed.published.keys)
    #expect(Set(mainKeys.map(\.keyID)).isDisjoint(with: feedKeys.map(\.keyID)))
    #expect(Set(mainKeys.map { $0.thumbprint() }).isDisjoint(with: feedKeys.map { $0.thumbprint() }))

    // What somebody would sign who has got hold of the other kind's private half.
    let claims = try await access(test).claims
    let policy = try VerificationPolicy(
      issuer: issuer, audience: TestAuthority.ordersAudience, algorithms: [algorithm, .edDSA])
    let trusted = KeySnapshot(epoch: 1, keys: main.published, algorithms: policy.algorithms)
    let verifier = TokenVerifier(policy: policy)
    let leaked = try SigningKey(FeedKeys.key(from: try #require(keyring.feedSeeds.first)))
    let forged = try JWT.sign(claims, type: "at+jwt", with: leaked)
    guard
      case .needsKeys(let name) = verifier.verify(
        Array(forged.utf8), keys: trusted, revocations: .empty, at: now)
    else {
      Issue.record("an access token that a feed key signed passed, or its key was known")
      return
    }
    #expect(name == feedKeys[0].keyID)
    let fabricated = try batch().token(of: issuer, with: main.signer)
    #expect(throws: JOSEError.self) {
      try RevocationBatchVerifier(issuer: issuer)
        .verify(Array(fabricated.utf8), with: snapshot(feed.published), at: now)
    }
    // And with both in one set: a batch is no access token, nor the other way round.
    let all = JWKSet(keys: mainKeys + feedKeys)
    let mixed = KeySnapshot(epoch: 1, keys: all, algorithms: policy.algorithms)
    let token = Array(try feed.token(of: batch()).utf8)
    guard case .deny = verifier.verify(token, keys: mixed, revocations: .empty, at: now) else {
      Issue.record("a batch passed for an access token")
      return
    }
    let genuine = try JWT.sign(claims, type: "at+jwt", with: main.signer)
    #expect(throws: JOSEError.self) {
      try RevocationBatchVerifier(issuer: issuer).verify(Array(genuine.utf8), with: mixed, at: now)
    }
  }

  private func access(_ test: TestAuthority) async throws -> UnsignedAccessToken {
    try await test.logIn(try await test.addAccount()).accessToken
  }
}
