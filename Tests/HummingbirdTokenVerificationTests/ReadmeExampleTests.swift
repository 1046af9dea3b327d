import HummingbirdTokenVerification
import JOSE
import SignetTesting
import Testing
import TokenVerification

/// The example of README.md for a resource with a secret of its own, as it stands there.
@Suite struct ReadmeExampleTests {
  private let issuer = "https://id.example.com"
  private let audience = "https://orders.example.com"

  private func example(_ file: [UInt8]) throws -> (TokenVerifier, FixedKeys) {
    let verifier = TokenVerifier(
      policy: try VerificationPolicy(issuer: issuer, audience: audience, algorithms: [.hs256]))
    let keys = FixedKeys(
      KeySnapshot(epoch: 1, keys: try JWKSet(parsing: file), algorithms: verifier.policy.algorithms))
    return (verifier, keys)
  }

  @Test func `a resource checks its tokens with the file that it was given`() throws {
    let (secret, stranger) = (try JWK.generate(.hs256, keyID: "s1"), try JWK.generate(.hs256, keyID: "s1"))
    let file = JSON.object([JSONMember(name: "keys", value: .array([secret.privateJSON()]))])
    let (verifier, keys) = try example(file.encoded())
    for (key, isGood) in [(secret, true), (stranger, false)] {
      let token = try TestIssuer(issuer: issuer, audience: audience).token(key: key)
      let verdict = verifier.verify(
        Array(token.utf8), keys: keys.snapshot, revocations: .empty, at: TestClock.start)
      if case .allow = verdict { #expect(isGood) } else { #expect(!isGood) }
    }
  }
}
