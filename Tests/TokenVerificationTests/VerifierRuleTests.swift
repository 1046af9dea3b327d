import JOSE
import SignetTesting
import Testing
import TokenVerification

/// The rules of SECURITY-RULES.md that bind a verifier of access tokens.
@Suite struct VerifierRuleTests {
  private let issuer: TestIssuer

  init() throws {
    issuer = try TestIssuer(keyIDs: ["k1", "k2"])
  }

  private func verdict(_ token: String, keys: KeySnapshot? = nil) throws -> Verdict {
    try issuer.verifier().verify(
      Array(token.utf8), keys: keys ?? issuer.snapshot(), revocations: .empty, at: TestClock.start)
  }

  @Test func `T5 a token whose kid is unknown asks for keys, and no other key stands in`() throws {
    let stranger = try JWK.generate(.es256, keyID: "k3")
    #expect(try verdict(issuer.token(key: stranger)).missingKeyID == "k3")
    let single = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try issuer.keys[0].publicKey()]), algorithms: [.es256])
    #expect(try verdict(issuer.token(key: issuer.keys[1]), keys: single).missingKeyID == "k2")
    #expect(try verdict(issuer.token(), keys: .empty).missingKeyID == "k1")
    #expect(try verdict(issuer.token(), keys: single).principal != nil)
  }

  @Test func `T5 a token without kid is refused, even if there is only one key`() throws {
    let private1 = issuer.keys[0].privateJSON()
    guard case .object(let members) = private1 else { throw FixtureError() }
    let nameless = try JWK(parsing: JSON.object(members.filter { $0.name != "kid" }).encoded())
    let single = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try issuer.keys[0].publicKey()]), algorithms: [.es256])
    #expect(try verdict(issuer.token(key: nameless), keys: single).rejection == .missingKeyID)
    #expect(try verdict(issuer.token(), keys: single).principal != nil, "the same key, named")
  }

  @Test func `T5 a key without kid is not usable, and neither is one of another algorithm`() throws {
    let nameless = try JWK.generate(.es256).publicKey()
    let other = try JWK.generate(.es384, keyID: "k9").publicKey()
    let keys = JWKSet(keys: [nameless, other, try issuer.keys[0].publicKey()])
    let snapshot = KeySnapshot(epoch: 1, keys: keys, algorithms: [.es256])
    #expect(snapshot.keyIDs == ["k1"])
    #expect(snapshot[""] == nil && snapshot["k9"] == nil && snapshot["K1"] == nil)
  }

  @Test func `T5 a kid is its bytes, not what Unicode makes of it`() throws {
    let composed = try JWK.generate(.es256, keyID: "caf\u{E9}").publicKey()
    let snapshot = KeySnapshot(epoch: 1, keys: JWKSet(keys: [composed]), algorithms: [.es256])
    #expect(snapshot["caf\u{E9}"] != nil)
    #expect(snapshot["cafe\u{301}"] == nil)
  }

  @Test func `T12 a policy without issuer, audience or algorithms cannot be made`() {
    func code(_ issuer: String, _ audience: String, _ algorithms: Set<SignatureAlgorithm>) -> JOSEError.Code?
    {
      do throws(JOSEError) {
        _ = try VerificationPolicy(issuer: issuer, audience: audience, algorithms: algorithms)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code("i", "a", [.es256]) == nil)
    #expect(code("", "a", [.es256]) == .invalidPolicy)
    #expect(code("i", "", [.es256]) == .invalidPolicy)
    #expect(code("i", "a", []) == .invalidPolicy)
  }

  @Test func `T12 a policy forgives a clock 60 seconds and no more`() throws {
    func policy(_ leeway: Duration) throws(JOSEError) -> VerificationPolicy {
      try VerificationPolicy(issuer: "i", audience: "a", algorithms: [.es256], leeway: leeway)
    }
    #expect(try policy(.seconds(60)).leeway == .seconds(60))
    #expect(throws: JOSEError.self) { try policy(.milliseconds(60_001)) }
    #expect(throws: JOSEError.self) { try policy(.milliseconds(-1)) }
  }

  @Test func `T12 issuer and audience are compared exactly`() throws {
    for near in [
      "https://ID.example.com", "https://id.example.com/", "https://id.example.com.test",
      "http://id.example.com",
    ] {
      #expect(
        try verdict(issuer.token(["iss": .string(near)])).rejection?.reason.rawValue == "issuer_mismatch")
    }
    for near in ["https://orders.example.com/", "https://Orders.example.com", "orders.example.com"] {
      let token = try issuer.token(["aud": .string(near)])
      #expect(try verdict(token).rejection?.reason.rawValue == "audience_mismatch")
    }
    #expect(try verdict(issuer.token(["aud": ["x", "https://orders.example.com"]])).principal != nil)
  }

  @Test func `T12 an algorithm that the policy does not name is refused before a key is asked for`() throws {
    let stranger = try JWK.generate(.es384, keyID: "k3")
    #expect(try verdict(issuer.token(key: stranger)).rejection?.reason.rawValue == "unsupported_algorithm")
  }

  @Test(arguments: [
    "JWT", "dpop+jwt", "logout+jwt", "secevent+jwt", "revocations+jwt", "rt+jwt", "application/jwt",
    "at+jwt ",
    "at-jwt", "application/application/at+jwt",
  ])
  func `T13 a token of another type is no access token`(type: String) throws {
    #expect(try verdict(issuer.token(type: type)).rejection?.reason.rawValue == "type_mismatch")
  }

  @Test(arguments: ["at+jwt", "AT+JWT", "application/at+jwt"])
  func `T13 an access token's type may be written as RFC 9068 has it`(type: String) throws {
    #expect(try verdict(issuer.token(type: type)).principal != nil)
  }
}
