import SignetTesting
import Testing

@testable import JOSE

@Suite struct DPoPProofTests {
  private static let now = ProfileFixtures.now
  private static let url = "https://api.example.com/orders"
  private static let claims: JSON = [
    "jti": "j-1", "htm": "POST", "htu": .string(url), "iat": 1_800_000_000,
  ]

  private static func policy(
    _ algorithms: Set<SignatureAlgorithm> = [.es256]
  ) throws -> DPoPProof.Policy {
    try DPoPProof.Policy(method: "POST", url: url, algorithms: algorithms)
  }

  private static func publicJSON() throws -> JSON { try TestKeys.jwk(.es256).publicKey().publicJSON() }

  private func refuses(
    _ claims: JSON = claims, header: [String: JSON?] = [:], at now: Timestamp = now,
    _ change: (inout DPoPProof.Policy) -> Void = { _ in }
  ) throws -> JOSEError.Code? {
    var json: JSON = ["typ": "dpop+jwt", "alg": "ES256", "jwk": try Self.publicJSON()]
    for (name, value) in header { json = json.replacing(name, by: value) }
    let proof = try Forge.token(
      header: json.encodedString(), payload: claims.encodedString(), by: TestKeys.signing(.es256))
    var policy = try Self.policy()
    change(&policy)
    return refusal { try policy.verify(proof, at: now) }
  }

  @Test(arguments: SignatureAlgorithm.allCases.filter(\.isAsymmetric))
  func `a proof is made and checked`(algorithm: SignatureAlgorithm) throws {
    let key = TestKeys.jwk(algorithm)
    let proof = try DPoPProof.sign(
      method: "POST", url: Self.url + "?page=2#top", tokenID: "j-1", at: Self.now, accessToken: "at",
      nonce: "n", with: key)
    var policy = try Self.policy([algorithm])
    policy.accessToken = "at"
    policy.nonce = "n"
    policy.boundThumbprint = key.thumbprint()
    let verified = try policy.verify(Array(proof.utf8), at: Self.now)
    #expect(verified.value.keyThumbprint == key.thumbprint())
    #expect(verified.value.tokenID == "j-1")
    #expect(verified.value.nonce == "n")
    #expect(verified.value.issuedAt == Self.now)
    #expect(!verified.value.key.isPrivate)
    #expect(verified.header.json["jwk"]?["d"] == nil)
    #expect(verified.header.json["jwk"]?["kid"] == nil)
  }

  @Test func `T4 a proof's key is public, asymmetric and its own`() throws {
    let jwk = try Self.publicJSON()
    #expect(try refuses() == nil)
    #expect(try refuses(header: ["jwk": .some(nil)]) == .invalidKey)
    #expect(try refuses(header: ["jwk": TestKeys.jwk(.es256).privateJSON()]) == .invalidKey)
    let secret = Base64URL.encode(Array(repeating: 7, count: 32))
    #expect(try refuses(header: ["jwk": ["kty": "oct", "k": .string(secret)]]) == .invalidKey)
    #expect(try refuses(header: ["jwk": TestKeys.jwk(.es384).publicJSON()]) == .algorithmMismatch)
    #expect(try refuses(header: ["jwk": JWK.generate(.es256).publicJSON()]) == .invalidSignature)
    #expect(try refuses(header: ["jwk": jwk.replacing("alg", by: "ES384")]) == .algorithmMismatch)
    #expect(try refuses(header: ["jwk": jwk.replacing("alg", by: nil)]) == nil)
    #expect(try refuses(header: ["jwk": jwk.replacing("use", by: "enc")]) == .invalidKey)
    #expect(try refuses(header: ["jwk": "x"]) == .invalidKey)
  }

  @Test func `T4 a proof by another key than the token is bound to is refused`() throws {
    let thumbprint = TestKeys.jwk(.es256).thumbprint()
    #expect(try refuses { $0.boundThumbprint = thumbprint } == nil)
    #expect(try refuses { $0.boundThumbprint = TestKeys.jwk(.es384).thumbprint() } == .bindingMismatch)
    #expect(try refuses { $0.boundThumbprint = "" } == .bindingMismatch)
  }

  @Test func `T13 a proof's type is dpop+jwt`() throws {
    for type: JSON? in [nil, "JWT", "at+jwt", "DPOP+JWT", ""] {
      #expect(try refuses(header: ["typ": type]) == .typeMismatch)
    }
  }

  @Test func `a proof is for one method and one target`() throws {
    for name in ["htm", "htu", "iat", "jti"] {
      #expect(try refuses(Self.claims.replacing(name, by: nil)) == .missingClaim, "\(name)")
    }
    #expect(try refuses(Self.claims.replacing("htm", by: "GET")) == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("htm", by: "post")) == .claimMismatch)
    for other in ["https://api.example.com/order", "http://api.example.com/orders", "/orders", "x"] {
      #expect(try refuses(Self.claims.replacing("htu", by: .string(other))) == .claimMismatch)
    }
    for same in ["HTTPS://API.example.com:443/orders", "https://api.example.com/a/../orders?x=1"] {
      #expect(try refuses(Self.claims.replacing("htu", by: .string(same))) == nil)
    }
  }

  @Test func `a proof is young, and not from the future`() throws {
    #expect(try refuses(at: Self.now + .seconds(65)) == nil)
    #expect(try refuses(at: Self.now + .seconds(66)) == .tooOld)
    #expect(try refuses(at: Self.now - .seconds(5)) == nil)
    #expect(try refuses(at: Self.now - .seconds(6)) == .issuedInFuture)
  }

  @Test func `what the server expects is required`() throws {
    #expect(try refuses { $0.accessToken = "at" } == .missingClaim)
    #expect(try refuses(Self.claims.replacing("ath", by: "x")) { $0.accessToken = "at" } == .claimMismatch)
    #expect(try refuses { $0.nonce = "n" } == .missingClaim)
    #expect(try refuses(Self.claims.replacing("nonce", by: "m")) { $0.nonce = "n" } == .claimMismatch)
    #expect(try refuses(Self.claims.replacing("nonce", by: "n")) { $0.nonce = "n" } == nil)
    #expect(try refuses(Self.claims.replacing("jti", by: "")) == .malformedClaim)
  }

  @Test func `T12 a policy needs a method, a URL and asymmetric algorithms`() {
    func make(
      _ method: String = "GET", _ url: String = Self.url, _ algorithms: Set<SignatureAlgorithm> = [.es256],
      age: Duration = .seconds(60), leeway: Duration = .zero
    ) -> JOSEError.Code? {
      refusal {
        try DPoPProof.Policy(
          method: method, url: url, algorithms: algorithms, maximumAge: age, leeway: leeway)
      }
    }
    #expect(make() == nil)
    #expect(make("") == .invalidPolicy)
    #expect(make("GET", "/x") == .invalidPolicy)
    #expect(make("GET", Self.url, []) == .invalidPolicy)
    #expect(make("GET", Self.url, [.es256, .hs256]) == .invalidPolicy)
    #expect(make(age: .zero) == .invalidPolicy)
    #expect(make(age: .seconds(301)) == .invalidPolicy)
    #expect(make(leeway: .seconds(61)) == .invalidPolicy)
  }

  @Test func `a secret and a public key make no proof`() throws {
    func make(_ key: JWK, url: String = Self.url) -> JOSEError.Code? {
      refusal { try DPoPProof.sign(method: "GET", url: url, tokenID: "j", at: Self.now, with: key) }
    }
    #expect(make(TestKeys.jwk(.es256)) == nil)
    #expect(make(TestKeys.jwk(.hs256)) == .invalidKey)
    #expect(try make(TestKeys.jwk(.es256).publicKey()) == .invalidKey)
    #expect(make(TestKeys.jwk(.es256), url: "x") == .malformedClaim)
  }

  @Test(VectorFolder.isRequired) func `RFC 9449's proofs verify, and for their request alone`() throws {
    let json = try ParsedJSON(parsing: VectorFolder.bytes(of: "rfc/rfc9449_dpop.json"))
    for proof in try #require(json["tests"]?.elements) {
      let text = Array(try #require(proof["proof"]?.string).utf8)
      let now = Timestamp(seconds: try #require(proof["iat"]?.integer))
      let method = try #require(proof["htm"]?.string), url = try #require(proof["htu"]?.string)
      var policy = try DPoPProof.Policy(method: method, url: url, algorithms: [.es256])
      policy.boundThumbprint = json["jkt"]?.string
      policy.accessToken = proof["access_token"]?.string
      #expect(refusal { try policy.verify(text, at: now) } == nil)
      policy.accessToken = "another"
      #expect(refusal { try policy.verify(text, at: now) } != nil)
      let other = try DPoPProof.Policy(method: method, url: url + "/x", algorithms: [.es256])
      #expect(refusal { try other.verify(text, at: now) } == .claimMismatch)
    }
  }
}
