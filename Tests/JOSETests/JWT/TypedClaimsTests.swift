import JOSE
import Testing

@Suite struct TypedClaimsTests {
  private struct Order: Codable, Equatable, Sendable {
    var iss = "i"
    var aud = "a"
    var exp = Timestamp(seconds: 1_800_000_300)
    var order = 17
    var note: String?
  }

  private let key: JWK
  private let keys: JWKSet
  private let now = Timestamp(seconds: 1_800_000_000)
  private let policy: ClaimsPolicy

  init() throws {
    key = try JWK.generate(.es256, keyID: "k1")
    keys = JWKSet(keys: [try key.publicKey()])
    policy = try ClaimsPolicy(issuer: "i", audience: "a", type: "JWT", algorithms: [.es256])
  }

  @Test func `claims are signed from a value and verified to one`() throws {
    let token = try JWT.sign(Order(), type: "JWT", with: SigningKey(key))
    let verified = try JWT.verify(Array(token.utf8), with: keys, policy: policy, at: now, as: Order.self)
    #expect(verified.value == Order())
    #expect(verified.header.keyID == "k1")
    let jws = try CompactJWS(Array(token.utf8))
    let one = try JWT.verify(jws, with: VerificationKey(key), policy: policy, at: now, as: Order.self)
    #expect(one.value == Order())
  }

  @Test func `claims of another shape are refused, after all else was checked`() throws {
    let token = try JWT.sign(
      ["iss": "i", "aud": "a", "exp": 1_800_000_300, "order": "x"], type: "JWT", with: SigningKey(key))
    func verify(at now: Timestamp) -> JOSEError.Code? {
      refusal { try JWT.verify(Array(token.utf8), with: keys, policy: policy, at: now, as: Order.self) }
    }
    #expect(verify(at: now) == .unexpectedJSON)
    #expect(verify(at: now + .seconds(300)) == .expired)
  }
}
